import type { UnreadableRecord } from '../contract/stream';

/** Per run and account. */
const MAX_ASKED_AGAIN = 50;

/**
 * The records of a stream that earlier runs could not read. They are requested again at growing intervals, so that
 * thousands of them cost each run only a few requests.
 */
export class Quarantine {
	private readonly open: Set<string>;
	private readonly due: Set<string>;
	private readonly asked = new Set<string>();
	/** Entries without an id, with whether a person asked to close them. */
	private readonly nameless: ReadonlyMap<string, boolean>;

	/** @param records longest waiting first */
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

	/** The due records that were not taken yet. */
	takeDue(): string[] {
		return [...this.due].filter((recordId) => this.take(recordId));
	}

	/**
	 * Whether to read a record that a page lists. A waiting one is read only if it is due or if the page says that it has
	 * changed: the change may have fixed it.
	 */
	admits(recordId: string, hasChanged: boolean): boolean {
		if (!this.holds(recordId)) return true;
		return (hasChanged || this.due.has(recordId)) && this.take(recordId);
	}

	/** Notes that the provider returned a record. @returns whether it was waiting */
	release(recordId: string): boolean {
		return this.open.delete(recordId);
	}

	/**
	 * Notes that the read is complete.
	 * @param met the positions of the entries without an id that this read found
	 * @param all whether all records were read, or only changed ones
	 * @returns the entries without an id that can be closed
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
