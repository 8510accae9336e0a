import { ReadFailure } from '../../engine/failure';

/** A million deals at fifty to the page: no list is as long. */
const MOST_PAGES = 20_000;

/** Keeps a list from being followed for ever, by a cursor that comes again or by ever new ones. */
export class CursorTrail {
	private readonly met = new Set<string>();

	private isRestarted = false;

	constructor(
		private readonly what: string,
		private readonly account: string,
	) {}

	/** @throws ReadFailure of class `provider_unavailable` where the list does not end */
	follow(cursor: string | null): void {
		if (cursor === null) return;
		if (this.met.has(cursor) || this.met.size >= MOST_PAGES) {
			throw new ReadFailure(
				'provider_unavailable',
				`Pipedrive leads in circles through ${this.what} of ${this.account}. The next run tries again; report it with this text if it lasts.`,
			);
		}
		this.met.add(cursor);
	}

	/** Whether a refusal means that the cursor is no longer taken and the list may begin anew: once in a reading. */
	isRefusal(status: number, cursor: string | null): boolean {
		return status === 400 && cursor !== null && !this.isRestarted;
	}

	/** The list begins anew. */
	restart(): void {
		this.isRestarted = true;
		this.met.clear();
	}
}
