/** What a chunk is made of, and what became of it. */

import type { LoadDeletion, LoadRejected, LoadRow, LoadRun, LoadState, LoadRejection } from './input';
import type { Preparation } from './prepare';

/** What is stored in one transaction. The run must be the tenant's, the execution's, and running. */
export interface LoadChunk extends LoadRun {
	rows: LoadRow[];
	/** The rows checked by a `RowReader`, where that was done beforehand: while the chunk before was stored. */
	prepared?: Preparation[];
	/** What is gone once the rows are stored. */
	deletions?: LoadDeletion[];
	rejected: LoadRejected[];
	states: LoadState[];
}

export type Change = LoadRow | LoadDeletion;

/** What the fates are of, in their order: the rows, then the deletions. */
export function orderChanges({ rows, deletions = [] }: Pick<LoadChunk, 'rows' | 'deletions'>): Change[] {
	return deletions.length === 0 ? rows : [...rows, ...deletions];
}

/** What became of a row, or of what a deletion is about. `superseded`: the stored one is newer; `deduplicated`: a better copy was in the chunk. */
export type RowOutcome = 'inserted' | 'updated' | 'unchanged' | 'superseded' | 'deduplicated' | 'rejected';

export interface ChunkResult {
	/** One for each row of the chunk, in its order, then one for each deletion. */
	outcomes: RowOutcome[];
	/** Why they were rejected, by their index in `fates`. */
	rejections: Map<number, LoadRejection>;
	/** How many leads grew stale, by the state that asked for it. */
	aged: Map<LoadState, number>;
}
