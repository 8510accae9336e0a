import type { UnreadableRecord } from '../contract/stream';

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
	/** Entries without an id, by whether somebody wants them closed. */
	private readonly nameless: ReadonlyMap<string, boolean>;

	/** @param records those that have waited longest first */
	constructor(records: readonly UnreadableRecord[]) {
		this.open = new Set(records.map(({ recordId }) => recordId));
		const [nameless, named] = [records.filter(isNameless), records.filter((one) => !isNameless(one))];
		this.due = new Set(named.filter(({ isDue }) => isDue).map(({ recordId }) => recordId));
		this.nameless = new Map(nameless.map(({ recordId, isDue }) => [recordId, isDue]));
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

	/**
	 * Notes that all was read that there is to read.
	 * @param met the places at which this reading met entries without an id
	 * @param all whether the reading went through all records, or only through what has changed
	 * @returns the entries without an id that need not be kept any longer
	 */
	releaseNameless(met: ReadonlySet<string>, all: boolean): string[] {
		const gone = [...this.nameless].filter(([place, isDue]) => !met.has(place) && (all || isDue));
		return gone.map(([place]) => place).filter((place) => this.release(place));
	}

	private take(recordId: string): boolean {
		if (this.asked.size >= MAX_ASKED_AGAIN || this.asked.has(recordId)) return false;
		this.asked.add(recordId);
		return true;
	}
}

const isNameless = ({ isNameless: is = false }: UnreadableRecord): boolean => is;
