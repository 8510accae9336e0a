import type {
	ChunkResult,
	LoadChunk,
	LoadOrigin,
	LoadRejected,
	LoadRow,
	LoadState,
} from '../../db/load/chunk';
import { emptyTally, tallyRows, type RowTally } from '../../db/load/counts';
import { RowReader, type Preparation } from '../../db/load/prepare';
import { Turn } from '../../db/load/turn';
import type { FailureMessage, StateMessage } from '../shared/messages';
import type { Output } from './output';
import type { Storing } from './storing';

/** The run that rows are stored for. */
export interface Run {
	tenantId: string;
	syncRunId: string;
	integrationId: string | null;
	provider: string;
}

export interface RunLoaderOptions {
	storing: Storing;
	/** @throws what `loadChunk` throws */
	load: (chunk: LoadChunk, turn: Turn) => Promise<ChunkResult>;
	output: Output;
	/** Rows a transaction. */
	chunkSize: number;
	/** Emit every row with its fate, instead of a summary. */
	returnRows: boolean;
	/** Says what an error of `load` means. */
	explain: (error: unknown) => FailureMessage['failure'];
}

/** A row with the item that it came of. */
interface Taken<T> {
	item: number;
	json: object;
	value: T;
}

/** A stream of an account. */
interface Place {
	/** How many rows came since its last state. */
	arrived: number;
	/** What became of them, as far as they are stored. */
	tally: RowTally;
}

/** What one chunk is made of. */
interface Gathered {
	rows: Array<Taken<LoadRow>>;
	prepared: Preparation[];
	rejected: LoadRejected[];
	states: Array<Taken<LoadState>>;
	lastItem: number;
}

/** Stores what belongs to one run, a chunk at a time. After a chunk that failed it stores nothing more. */
export class RunLoader {
	/** Why the run could not go on. */
	failure: { error: unknown; item: number } | undefined;
	/** The item that came last. */
	lastItem = 0;

	private rows: Array<Taken<LoadRow>> = [];
	private prepared: Preparation[] = [];
	private rejected: LoadRejected[] = [];
	private states: Array<Taken<LoadState>> = [];
	private rejectedIds = new Set<string>();
	private reader = new RowReader();
	private turn: Turn | undefined;
	private readonly places = new Map<string, Map<string, Place>>();
	private readonly tables = new Map<string, RowTally>();

	constructor(
		readonly run: Run,
		private readonly options: RunLoaderOptions,
	) {}

	/** A promise only where a chunk had to be stored first: awaiting nothing costs more than checking a row. */
	addRow(item: number, row: LoadRow, json: object): Promise<void> | undefined {
		if (this.failure) return undefined;
		// A good copy after a bad one resolves it, so the bad one must be stored by then.
		if (this.rejectedIds.size > 0 && this.rejectedIds.has(recordOf(row))) {
			return this.flush().then(() => this.addRow(item, row, json));
		}
		this.prepared.push(this.reader.read(row));
		this.rows.push({ item, json, value: row });
		this.lastItem = item;
		this.placeOf(row).arrived++;
		return this.rows.length >= this.options.chunkSize ? this.flush() : undefined;
	}

	addRejected(item: number, record: LoadRejected): Promise<void> | undefined {
		if (this.failure) return undefined;
		this.rejected.push(record);
		this.rejectedIds.add(recordOf(record));
		this.lastItem = item;
		return this.rejected.length >= this.options.chunkSize ? this.flush() : undefined;
	}

	addState(
		item: number,
		message: Omit<StateMessage, 'state'> & { state: LoadState['state'] },
		json: object,
	): void {
		if (this.failure) return;
		const place = this.placeOf(message);
		const rowsArrived = place.arrived;
		place.arrived = 0;
		const { provider, stream, accountId, state, counts } = message;
		this.states.push({ item, json, value: { provider, stream, accountId, state, counts, rowsArrived } });
		this.lastItem = item;
	}

	/** Nothing of the run is stored any more, and a FAILURE says why. */
	fail(error: unknown, item: number): void {
		if (this.failure) return;
		this.failure = { error, item };
		const { tenantId, syncRunId, integrationId, provider } = this.run;
		const envelope = { tenantId, integrationId, syncRunId: syncRunId || null, provider };
		const failure = this.options.explain(error);
		this.options.output.emit({ type: 'FAILURE', ...envelope, stream: '', accountId: '', failure }, item);
	}

	/** Begins to store what has come so far, as soon as what was begun before is stored. */
	async flush(): Promise<void> {
		const { rows, prepared, rejected, states, lastItem } = this;
		if (this.failure || rows.length + rejected.length + states.length === 0) return;
		[this.rows, this.prepared, this.rejected, this.states] = [[], [], [], []];
		this.rejectedIds = new Set();
		this.reader = new RowReader();
		this.turn = new Turn(this.turn);
		const { turn } = this;
		await this.options.storing.begin(() => this.store({ rows, prepared, rejected, states, lastItem }, turn));
	}

	private async store({ rows, prepared, rejected, states, lastItem }: Gathered, turn: Turn): Promise<void> {
		if (this.failure) return;
		const chunk = { rows: rows.map(({ value }) => value), states: states.map(({ value }) => value) };
		try {
			this.report(rows, states, await this.options.load({ ...this.run, ...chunk, prepared, rejected }, turn));
		} catch (error) {
			this.fail(error, lastItem);
		}
	}

	/** One item for each table that rows were stored in. */
	summarise(): void {
		if (this.options.returnRows) return;
		const { tenantId, syncRunId } = this.run;
		for (const [table, tally] of this.tables) {
			this.options.output.emit({ type: 'SUMMARY', tenantId, syncRunId, table, ...tally }, this.lastItem);
		}
	}

	private report(rows: Array<Taken<LoadRow>>, states: Array<Taken<LoadState>>, result: ChunkResult): void {
		const values = rows.map(({ value }) => value);
		for (const [table, tally] of tallyRows(values, result.fates, (row) => row.table)) {
			addTally(entryOf(this.tables, table, emptyTally), tally);
		}
		for (const [place, tally] of tallyRows(values, result.fates, (row) => this.placeOf(row))) {
			addTally(place.tally, tally);
		}
		this.reportRows(rows, result);
		for (const { item, json, value } of states) {
			// The counts of own items came with no message.
			if ('type' in json) this.options.output.emit({ ...json, counts: this.countsOf(value) }, item);
		}
	}

	private reportRows(rows: Array<Taken<LoadRow>>, { fates, refusals }: ChunkResult): void {
		const { tenantId, syncRunId, integrationId } = this.run;
		const envelope = { tenantId, integrationId, syncRunId };
		for (const [index, reason] of refusals) {
			const { item, value } = rows[index]!;
			const { provider, stream, accountId, recordId, table, client, row } = value;
			const origin = { provider, stream, accountId, recordId };
			const record = { table, client, row };
			this.options.output.refuse(
				{ ...origin, ...envelope, type: 'REJECTED', stage: 'load', reason, record },
				item,
			);
		}
		if (!this.options.returnRows) return;
		rows.forEach(({ item, json }, index) => this.options.output.emit({ ...json, fate: fates[index] }, item));
	}

	/** What the nodes before have counted, with what became of the rows. */
	private countsOf(state: LoadState): Record<string, unknown> {
		const place = this.placeOf(state);
		const { tally } = place;
		place.tally = emptyTally();
		const before = (state.counts.rows ?? {}) as Partial<RowTally>;
		const rows: RowTally = { ...tally, produced: before.produced ?? tally.produced };
		rows.deduplicated += before.deduplicated ?? 0;
		return { ...state.counts, rows };
	}

	private placeOf({ stream, accountId }: LoadOrigin): Place {
		const ofStream = entryOf(this.places, stream, () => new Map<string, Place>());
		return entryOf(ofStream, accountId, () => ({ arrived: 0, tally: emptyTally() }));
	}
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
	let value = map.get(key);
	if (value === undefined) map.set(key, (value = make()));
	return value;
}

function addTally(total: RowTally, more: RowTally): void {
	for (const name of Object.keys(total) as Array<keyof RowTally>) total[name] += more[name];
}

const recordOf = ({ provider, stream, accountId, recordId }: LoadRow | LoadRejected): string =>
	JSON.stringify([provider, stream, accountId, recordId]);
