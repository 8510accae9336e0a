import { ReadFailure } from '../contract/failure';

/** A list that is read page by page, in words for messages. */
export interface FollowedList {
	provider: string;
	what: string;
	account: string | undefined;
	/** More pages would be a list that never ends. */
	mostPages: number;
}

/** Keeps a list from being followed for ever, by a place that comes again, however late, or by ever new ones. */
export class PageTrail {
	private readonly met = new Set<string>();

	constructor(private readonly list: FollowedList) {}

	/**
	 * Notes where the next page is; nothing after the last.
	 * @throws ReadFailure of class `provider_unavailable` where the list does not end
	 */
	follow(place: string | null | undefined): void {
		if (place === null || place === undefined) return;
		const { provider, what, account = 'the connection', mostPages } = this.list;
		if (this.met.has(place) || this.met.size >= mostPages) {
			throw new ReadFailure(
				'provider_unavailable',
				`${provider} leads in circles through ${what} of ${account}: after ${this.met.size + 1} pages there is no end. ` +
					'The next run tries again; report it with this text if it lasts.',
			);
		}
		this.met.add(place);
	}

	/** The list begins anew. */
	clear(): void {
		this.met.clear();
	}
}
