import { getContent, orderChanges, type Change, type ChunkResult } from '../../db/load/chunk';
import { emptyTally, tallyRows, type RowTally } from '../../db/load/counts';
import type { LoadOrigin, LoadRun, LoadState } from '../../db/load/input';
import type { BuiltChunk, FromItem } from './chunk-builder';
import type { Output } from './output';
import type { StorableMessage } from './parse-message';

/** Progress of a stream of an account since its last STATE. */
interface StreamProgress {
	arrived: number;
	/** Outcomes of the rows that are stored. */
	tally: RowTally;
}

/** Counts the outcomes of a run's rows and outputs its messages with the counts. */
export class RunReport {
	private readonly streams = new Map<string, Map<string, StreamProgress>>();
	private readonly tables = new Map<string, RowTally>();

	/** @param returnRows output every row with its outcome instead of a summary */
	constructor(
		private readonly run: LoadRun,
		private readonly output: Output,
		private readonly returnRows: boolean,
	) {}

	/** Counts the rows and deletions of a stream up to its next STATE. @returns their number so far */
	countArrival({ type, value }: StorableMessage): number {
		const progress = this.getProgress(value);
		if (type === 'ROW' || type === 'DELETED') progress.arrived++;
		const { arrived } = progress;
		if (type === 'STATE') progress.arrived = 0;
		return arrived;
	}

	emitFailure(failure: object, item: number): void {
		this.output.emit({ type: 'FAILURE', ...this.envelope, stream: '', accountId: '', failure }, item);
	}

	/** Outputs what was stored of a chunk. */
	emitChunk({ chunk, rows, deletions, states }: BuiltChunk, result: ChunkResult): void {
		this.addOutcomes(orderChanges(chunk), result);
		this.emitChanges(deletions.length === 0 ? rows : [...rows, ...deletions], result);
		for (const { item, json, value } of states) {
			// A state of plain items was made here and has no message.
			if (!('type' in json)) continue;
			this.output.emit({ ...json, ...this.envelope, counts: this.takeCounts(value, result) }, item);
		}
	}

	/** Outputs one item for each table that rows were stored in. */
	emitSummaries(item: number): void {
		if (this.returnRows) return;
		const { tenantId, syncRunId } = this.run;
		for (const [table, tally] of this.tables) {
			this.output.summarise({ type: 'SUMMARY', tenantId, syncRunId, table, ...tally }, item);
		}
	}

	private addOutcomes(changes: Change[], { outcomes }: ChunkResult): void {
		for (const [table, tally] of tallyRows(changes, outcomes, (change) => change.table)) {
			addTally(getOrCreate(this.tables, table, emptyTally), tally);
		}
		for (const [progress, tally] of tallyRows(changes, outcomes, (change) => this.getProgress(change))) {
			addTally(progress.tally, tally);
		}
	}

	private emitChanges(changes: Array<FromItem<Change>>, { outcomes, rejections }: ChunkResult): void {
		for (const [index, reason] of rejections) {
			const { item, value } = changes[index]!;
			const { stream, accountId, recordId } = value;
			const origin = { ...this.envelope, stream, accountId, recordId };
			const record = getContent(value);
			this.output.reject({ ...origin, type: 'REJECTED', stage: 'load', reason, record }, item);
		}
		if (!this.returnRows) return;
		changes.forEach(({ item, json }, index) => this.output.emit({ ...json, outcome: outcomes[index] }, item));
	}

	/** The part of each message's envelope that is the run's. */
	private get envelope() {
		const { tenantId, integrationId, syncRunId, provider } = this.run;
		return { tenantId, integrationId, syncRunId: syncRunId || null, provider };
	}

	/** Adds the outcomes of the rows since the last STATE to the counts of the preceding nodes, and resets them. */
	private takeCounts(state: LoadState, { aged }: ChunkResult): Record<string, unknown> {
		const progress = this.getProgress(state);
		const { tally } = progress;
		progress.tally = emptyTally();
		const before = (state.counts.rows ?? {}) as Partial<RowTally>;
		const rows: RowTally = { ...tally, produced: before.produced ?? tally.produced };
		rows.deduplicated += before.deduplicated ?? 0;
		return { ...state.counts, rows: { ...rows, ...(aged.has(state) && { aged: aged.get(state) }) } };
	}

	private getProgress({ stream, accountId }: LoadOrigin): StreamProgress {
		return getOrCreate(getOrCreate(this.streams, stream, createMap), accountId, createProgress);
	}
}

const createMap = (): Map<string, StreamProgress> => new Map();
const createProgress = (): StreamProgress => ({ arrived: 0, tally: emptyTally() });

function getOrCreate<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
	let value = map.get(key);
	if (value === undefined) map.set(key, (value = create()));
	return value;
}

function addTally(total: RowTally, more: RowTally): void {
	for (const name of Object.keys(total) as Array<keyof RowTally>) total[name] += more[name];
}
