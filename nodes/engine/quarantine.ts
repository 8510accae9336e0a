/** A record that could not be read although the provider answered for its neighbours. */
export interface UnreadableRecord {
	recordId: string;
	/** Whether it is time to ask for it again. */
	isDue: boolean;
}

/** In one run for one account, at most. */
const MAX_ASKED_AGAIN = 50;

/**
 * The records of a stream that earlier runs could not read. They are asked for again at times that grow longer, so that
 * thousands of them cost every run only a few calls.
 */
export class Quarantine {
	private readonly open: Set<string>;
	private readonly due: Set<string>;
	private readonly asked = new Set<string>();

	/** @param records those that have waited longest first */
	constructor(records: readonly UnreadableRecord[]) {
		this.open = new Set(records.map(({ recordId }) => recordId));
		this.due = new Set(records.filter(({ isDue }) => isDue).map(({ recordId }) => recordId));
	}

	/** Whether a record could not be read in earlier runs. */
	holds(recordId: string): boolean {
		return this.open.has(recordId);
	}

	/** Gives the records to ask for now, as far as they have not been taken yet. */
	takeDue(): string[] {
		return [...this.due].filter((recordId) => this.take(recordId));
	}

	/**
	 * Whether a record that a page names is to be read. One that is waiting is, where its time has come, or where the page
	 * says that it has changed: that may have healed it.
	 */
	admits(recordId: string, hasChanged: boolean): boolean {
		if (!this.holds(recordId)) return true;
		return (hasChanged || this.due.has(recordId)) && this.take(recordId);
	}

	/** Notes that the provider has answered for a record. @returns whether it was waiting */
	release(recordId: string): boolean {
		return this.open.delete(recordId);
	}

	private take(recordId: string): boolean {
		if (this.asked.size >= MAX_ASKED_AGAIN || this.asked.has(recordId)) return false;
		this.asked.add(recordId);
		return true;
	}
}
