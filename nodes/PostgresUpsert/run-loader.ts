import type {
	ChunkResult,
	LoadChunk,
	LoadOrigin,
	LoadRejected,
	LoadRow,
	LoadState,
} from '../../db/load/chunk';
import { emptyTally, tallyRows, type RowTally } from '../../db/load/counts';
import { prepareRow, type Preparation } from '../../db/load/prepare';
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
	load: (chunk: LoadChunk) => Promise<ChunkResult>;
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
	private readonly arrived = new Map<string, number>();
	private readonly sinceState = new Map<string, RowTally>();
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
		this.prepared.push(prepareRow(row, this.rows.length));
		this.rows.push({ item, json, value: row });
		this.lastItem = item;
		const place = placeOf(row);
		this.arrived.set(place, (this.arrived.get(place) ?? 0) + 1);
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
		const place = placeOf(message);
		const rowsArrived = this.arrived.get(place) ?? 0;
		this.arrived.delete(place);
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
		await this.options.storing.begin(() => this.store({ rows, prepared, rejected, states, lastItem }));
	}

	private async store({ rows, prepared, rejected, states, lastItem }: Gathered): Promise<void> {
		if (this.failure) return;
		const chunk = { rows: rows.map(({ value }) => value), states: states.map(({ value }) => value) };
		try {
			this.report(rows, states, await this.options.load({ ...this.run, ...chunk, prepared, rejected }));
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
		merge(
			this.tables,
			tallyRows(values, result.fates, ({ table }) => table),
		);
		merge(this.sinceState, tallyRows(values, result.fates, placeOf));
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
			const { table, client, row, ...origin } = value;
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
		const place = placeOf(state);
		const tally = this.sinceState.get(place) ?? emptyTally();
		this.sinceState.delete(place);
		const before = (state.counts.rows ?? {}) as Partial<RowTally>;
		const rows: RowTally = { ...tally, produced: before.produced ?? tally.produced };
		rows.deduplicated += before.deduplicated ?? 0;
		return { ...state.counts, rows };
	}
}

function merge(totals: Map<string, RowTally>, more: Map<string, RowTally>): void {
	for (const [name, tally] of more) {
		const total = totals.get(name) ?? emptyTally();
		for (const fate of Object.keys(total) as Array<keyof RowTally>) total[fate] += tally[fate];
		totals.set(name, total);
	}
}

const placeOf = ({ stream, accountId }: LoadOrigin): string => `${stream.length} ${stream}${accountId}`;

const recordOf = ({ provider, stream, accountId, recordId }: LoadRow | LoadRejected): string =>
	JSON.stringify([provider, stream, accountId, recordId]);
