import { orderChanges, type Change, type ChunkResult, type LoadChunk } from '../../db/load/chunk';
import {
	type LoadDeletion,
	type LoadOrigin,
	type LoadRejected,
	type LoadRow,
	type LoadRun,
	type LoadState,
} from '../../db/load/input';
import { emptyTally, tallyRows, type RowTally } from '../../db/load/counts';
import { RowReader, type Preparation } from '../../db/load/prepare';
import { CommitTurn } from '../../db/load/commit-order';
import type { FailureMessage } from '../shared/messages';
import { goneBy, isAbout } from './deletion-keys';
import type { Output } from './output';
import type { Storing } from './storing';

export interface RunLoaderOptions {
	storing: Storing;
	/** @throws what `loadChunk` throws */
	load: (chunk: LoadChunk, turn: CommitTurn) => Promise<ChunkResult>;
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
	deletions: Array<Taken<LoadDeletion>>;
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
	private deletions: Array<Taken<LoadDeletion>> = [];
	/** What they are about. */
	private gone = new Set<string>();
	private rejected: LoadRejected[] = [];
	private states: Array<Taken<LoadState>> = [];
	private rejectedIds = new Set<string>();
	private reader: RowReader;
	private turn: CommitTurn | undefined;
	private readonly places = new Map<string, Map<string, Place>>();
	private readonly tables = new Map<string, RowTally>();

	constructor(
		readonly run: LoadRun,
		private readonly options: RunLoaderOptions,
	) {
		this.reader = new RowReader(run);
	}

	/** A promise only where a chunk had to be stored first: awaiting nothing costs more than checking a row. */
	addRow(item: number, row: LoadRow, json: object): Promise<void> | undefined {
		if (this.failure) return undefined;
		// A good copy after a bad one resolves it, so the bad one must be stored by then.
		const isAfter = this.rejectedIds.size > 0 && this.rejectedIds.has(buildRecordKey(row));
		// What is deleted is so once all rows of the chunk are stored, so a row that brings it back must wait.
		if (isAfter || (this.gone.size > 0 && isAbout(row, this.gone))) {
			return this.flush().then(() => this.addRow(item, row, json));
		}
		this.prepared.push(this.reader.read(row));
		this.rows.push({ item, json, value: row });
		this.lastItem = item;
		this.getPlace(row).arrived++;
		return this.rows.length >= this.options.chunkSize ? this.flush() : undefined;
	}

	addDeletion(item: number, deletion: LoadDeletion, json: object): Promise<void> | undefined {
		if (this.failure) return undefined;
		if (this.rejectedIds.has(buildRecordKey(deletion))) {
			return this.flush().then(() => this.addDeletion(item, deletion, json));
		}
		this.deletions.push({ item, json, value: deletion });
		this.gone.add(goneBy(deletion));
		this.lastItem = item;
		this.getPlace(deletion).arrived++;
		return this.deletions.length >= this.options.chunkSize ? this.flush() : undefined;
	}

	addRejected(item: number, record: LoadRejected): Promise<void> | undefined {
		if (this.failure) return undefined;
		this.rejected.push(record);
		this.rejectedIds.add(buildRecordKey(record));
		this.lastItem = item;
		return this.rejected.length >= this.options.chunkSize ? this.flush() : undefined;
	}

	addState(item: number, message: Omit<LoadState, 'rowsArrived'>, json: object): void {
		if (this.failure) return;
		const place = this.getPlace(message);
		const rowsArrived = place.arrived;
		place.arrived = 0;
		this.states.push({ item, json, value: { ...message, rowsArrived } });
		this.lastItem = item;
	}

	/** Nothing of the run is stored any more, and a FAILURE says why. */
	fail(error: unknown, item: number): void {
		if (this.failure) return;
		this.failure = { error, item };
		const failure = this.options.explain(error);
		const about = { ...this.envelope, stream: '', accountId: '' };
		this.options.output.emit({ type: 'FAILURE', ...about, failure }, item);
	}

	/** Begins to store what has come so far, as soon as what was begun before is stored. */
	async flush(): Promise<void> {
		const { rows, prepared, deletions, rejected, states, lastItem } = this;
		const gathered = rows.length + deletions.length + rejected.length + states.length;
		if (this.failure || gathered === 0) return;
		[this.rows, this.prepared, this.deletions, this.rejected, this.states] = [[], [], [], [], []];
		[this.rejectedIds, this.gone] = [new Set(), new Set()];
		this.reader = new RowReader(this.run);
		this.turn = new CommitTurn(this.turn);
		const { turn } = this;
		const chunk = { rows, prepared, deletions, rejected, states, lastItem };
		await this.options.storing.begin(this.run.syncRunId, () => this.store(chunk, turn));
	}

	private async store(gathered: Gathered, turn: CommitTurn): Promise<void> {
		if (this.failure) return;
		const { rows, prepared, deletions, rejected, states, lastItem } = gathered;
		const chunk: LoadChunk = {
			...this.run,
			rows: rows.map(({ value }) => value),
			prepared,
			deletions: deletions.map(({ value }) => value),
			rejected,
			states: states.map(({ value }) => value),
		};
		try {
			const result = await this.options.load(chunk, turn);
			this.report(
				deletions.length === 0 ? rows : [...rows, ...deletions],
				orderChanges(chunk),
				states,
				result,
			);
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

	private report(
		arrivals: Array<Taken<Change>>,
		values: Change[],
		states: Array<Taken<LoadState>>,
		result: ChunkResult,
	): void {
		for (const [table, tally] of tallyRows(values, result.outcomes, (row) => row.table)) {
			addTally(getOrCreate(this.tables, table, emptyTally), tally);
		}
		for (const [place, tally] of tallyRows(values, result.outcomes, (row) => this.getPlace(row))) {
			addTally(place.tally, tally);
		}
		this.reportRows(arrivals, result);
		for (const { item, json, value } of states) {
			// The counts of own items came with no message.
			if ('type' in json)
				this.options.output.emit(
					{ ...json, ...this.envelope, counts: this.summarizeCounts(value, result) },
					item,
				);
		}
	}

	private reportRows(arrivals: Array<Taken<Change>>, { outcomes, rejections }: ChunkResult): void {
		for (const [index, reason] of rejections) {
			const { item, value } = arrivals[index]!;
			const { stream, accountId, recordId, ...record } = copyContent(value);
			const origin = { ...this.envelope, stream, accountId, recordId };
			this.options.output.refuse({ ...origin, type: 'REJECTED', stage: 'load', reason, record }, item);
		}
		if (!this.options.returnRows) return;
		arrivals.forEach(({ item, json }, index) =>
			this.options.output.emit({ ...json, fate: outcomes[index] }, item),
		);
	}

	/** What the run itself says of each of its messages. */
	private get envelope() {
		const { tenantId, integrationId, syncRunId, provider } = this.run;
		return { tenantId, integrationId, syncRunId: syncRunId || null, provider };
	}

	/** What the nodes before have counted, with what became of the rows. */
	private summarizeCounts(state: LoadState, { aged }: ChunkResult): Record<string, unknown> {
		const place = this.getPlace(state);
		const { tally } = place;
		place.tally = emptyTally();
		const before = (state.counts.rows ?? {}) as Partial<RowTally>;
		const rows: RowTally = { ...tally, produced: before.produced ?? tally.produced };
		rows.deduplicated += before.deduplicated ?? 0;
		return { ...state.counts, rows: { ...rows, ...(aged.has(state) && { aged: aged.get(state) }) } };
	}

	private getPlace({ stream, accountId }: LoadOrigin): Place {
		return getOrCreate(getOrCreate(this.places, stream, noPlaces), accountId, emptyPlace);
	}
}

const noPlaces = (): Map<string, Place> => new Map();
const emptyPlace = (): Place => ({ arrived: 0, tally: emptyTally() });

function getOrCreate<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
	let value = map.get(key);
	if (value === undefined) map.set(key, (value = make()));
	return value;
}

function addTally(total: RowTally, more: RowTally): void {
	for (const name of Object.keys(total) as Array<keyof RowTally>) total[name] += more[name];
}

/** A ROW may be the message itself, with its envelope. */
function copyContent(arrival: Change): Change {
	if (!('row' in arrival)) return arrival;
	const { stream, accountId, recordId, table, client, row } = arrival;
	return { stream, accountId, recordId, table, client, row };
}

const buildRecordKey = ({ stream, accountId, recordId }: Change | LoadRejected): string =>
	JSON.stringify([stream, accountId, recordId]);
