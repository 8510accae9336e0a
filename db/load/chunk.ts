/** A chunk and the outcome of storing it. */

import type { LoadDeletion, LoadRejected, LoadRow, LoadRun, LoadState, LoadRejection } from './input';
import type { Preparation } from './prepare';

/** What one transaction stores. The run must be running and belong to the tenant and the execution. */
export interface LoadChunk extends LoadRun {
	rows: LoadRow[];
	/** The rows as a `RowReader` checked them, if that was done while the previous chunk was stored. */
	prepared?: Preparation[];
	/** Applied after the rows are stored. */
	deletions?: LoadDeletion[];
	rejected: LoadRejected[];
	states: LoadState[];
}

export type Change = LoadRow | LoadDeletion;

/** A change without its stream, account and record: what a rejection keeps of it, and what a replay makes it from. */
export function getContent(change: Change): Record<string, unknown> {
	const { table, client } = change;
	if ('row' in change) return { table, client, row: change.row };
	const { leadId, deletedAt, metricName, recordDate, keptDate, keptValue, keptMetadata } = change;
	return { table, client, leadId, deletedAt, metricName, recordDate, keptDate, keptValue, keptMetadata };
}

/** Turns a row or a deletion into its rejection, in the form that a replay reads. */
export function rejectChange(change: Change, reason: LoadRejection): LoadRejected {
	const { stream, accountId, recordId } = change;
	return { stream, accountId, recordId, stage: 'load', reason, record: { rows: [getContent(change)] } };
}

/** The changes in the order of `outcomes`: the rows, then the deletions. */
export function orderChanges({ rows, deletions = [] }: Pick<LoadChunk, 'rows' | 'deletions'>): Change[] {
	return deletions.length === 0 ? rows : [...rows, ...deletions];
}

/** The outcome of a row or deletion. `superseded`: the stored row is newer; `deduplicated`: the chunk has a better copy. */
export type RowOutcome = 'inserted' | 'updated' | 'unchanged' | 'superseded' | 'deduplicated' | 'rejected';

export interface ChunkResult {
	/** One for each row of the chunk, in its order, then one for each deletion. */
	outcomes: RowOutcome[];
	/** The reasons for rejections, by index in `outcomes`. */
	rejections: Map<number, LoadRejection>;
	/** The number of leads that became stale, by the state that requested the check. */
	aged: Map<LoadState, number>;
}
