import { ReadFailure } from '../contract/failure';

/** Names a paginated list, for messages. */
export interface FollowedList {
	provider: string;
	what: string;
	account: string | undefined;
	/** A list with more pages is considered endless. */
	mostPages: number;
}

/** Stops endless pagination, whether a cursor repeats or ever new ones appear. */
export class PageTrail {
	private readonly met = new Set<string>();

	constructor(private readonly list: FollowedList) {}

	/**
	 * Notes the cursor of the next page; null or undefined after the last.
	 * @throws ReadFailure `provider_unavailable` if the list does not end
	 */
	follow(place: string | null | undefined): void {
		if (place === null || place === undefined) return;
		const { provider, what, account = 'the connection', mostPages } = this.list;
		if (this.met.has(place) || this.met.size >= mostPages) {
			throw new ReadFailure(
				'provider_unavailable',
				`${provider}'s pagination does not end: after ${this.met.size + 1} pages of ${what} of ${account} it repeats a page or exceeds the limit.`,
				'The next run tries again. If it persists, report this message.',
			);
		}
		this.met.add(place);
	}

	/** Call when the list is read from its start again. */
	clear(): void {
		this.met.clear();
	}
}
