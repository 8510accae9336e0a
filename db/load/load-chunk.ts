import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { withRetries } from '../postgres/retries';
import { inTenant } from '../postgres/transaction';
import type { ChunkResult, LoadChunk } from './chunk';
import { ageLeads } from './mark-stale';
import { addCounts } from './counts';
import { applyDeletions } from './deletions';
import { RowReader, type Preparation } from './prepare';
import { resolveRejections, saveRejections, settleUnreadable } from './rejections';
import { findRun, holdRun, saveProgress } from './run';
import { saveStates } from './states';
import { CommitTurn } from './commit-order';
import { InvalidValueError } from './column-values';
import { writeRows } from './write-rows';

export interface LoadOptions {
	/** The chunk's position in the commit order of its run. */
	turn?: CommitTurn;
}

/**
 * Stores a chunk in one transaction of its tenant: first clients and rows, possibly while the preceding chunk is still
 * being stored; then, in commit order, deletions, rejected records, states, and the run's counts and lease. Retried after
 * conflicts and lost connections; if the answer to a commit was lost, the run shows whether it succeeded.
 * @throws RunLostError if the run is not running or not of this tenant, connection, provider and execution
 * @throws the database's error after the last attempt, or the error that stopped the preceding chunk; nothing is stored
 *   after any error
 */
export async function loadChunk(
	pool: Pool,
	chunk: LoadChunk,
	{ turn = new CommitTurn() }: LoadOptions = {},
): Promise<ChunkResult> {
	const prepared = chunk.prepared ?? readAll(chunk);
	const attempt = attemptsTo(chunk, prepared, turn);
	return await turn.take(touchesOthers(chunk, prepared), () =>
		withRetries(() => turn.attempt(() => inTenant(pool, chunk.tenantId, attempt, 'zixly_loader'))),
	);
}

function attemptsTo(
	chunk: LoadChunk,
	prepared: readonly Preparation[],
	turn: CommitTurn,
): (client: PoolClient) => Promise<ChunkResult> {
	const { tenantId, syncRunId } = chunk;
	const chunkId = cuid();
	let stored: ChunkResult | undefined;
	return async (client) => {
		const found = await findRun(client, chunk, chunkId);
		if (found.committed && stored) return stored;
		const written = await writeRows(client, tenantId, prepared, turn);
		await turn.comes();
		// The commit of an earlier attempt whose connection was lost may have completed only in the meantime.
		const run = await holdRun(client, chunk, chunkId);
		if (run.committed && stored) return stored;
		stored = written;
		await storeInOrder(client, chunk, written);
		await saveProgress(client, syncRunId, chunkId, addCounts(run.counts, chunk, written));
		return written;
	};
}

function readAll(chunk: LoadChunk): Preparation[] {
	const reader = new RowReader(chunk);
	return chunk.rows.map((row) => reader.read(row));
}

/** Rows of the funnel affect other entries of their lead; deletions and staleness change rows outside the chunk. */
function touchesOthers({ deletions = [], states }: LoadChunk, prepared: readonly Preparation[]): boolean {
	if (deletions.length > 0 || states.some(({ ageing }) => ageing)) return true;
	return prepared.some(
		(row) => !(row instanceof InvalidValueError) && row.statement.table.name === 'lead_events',
	);
}

async function storeInOrder(client: PoolClient, chunk: LoadChunk, result: ChunkResult): Promise<void> {
	const { rejections } = result;
	const gone = await applyDeletions(client, chunk, chunk.deletions ?? []);
	result.outcomes.push(...gone.outcomes);
	for (const [index, reason] of gone.rejections) rejections.set(chunk.rows.length + index, reason);
	result.aged = await ageLeads(client, chunk);
	await resolveRejections(client, chunk, rejections);
	await settleUnreadable(client, chunk);
	await saveRejections(client, chunk, rejections);
	await saveStates(client, chunk);
}
