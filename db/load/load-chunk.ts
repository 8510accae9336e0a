import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { inTenant, withRetries } from '../transaction';
import type { ChunkResult, LoadChunk, LoadRow } from './chunk';
import { addCounts } from './counts';
import { RowReader, type Preparation } from './prepare';
import { resolveRejections, saveRejections } from './rejections';
import { holdRun, saveProgress } from './run';
import { saveStates } from './states';
import { writeRows } from './write-rows';

/**
 * Stores a chunk in one transaction of its tenant: clients, rows, rejected records, states, and the run's counts
 * and lease. Repeated after conflicts and lost connections; where a commit's answer was lost, the run tells whether
 * it had succeeded.
 * @throws RunLostError when the run is not running, or not this tenant's; then nothing was stored
 * @throws the database's error after the last attempt; then nothing was stored either
 */
export async function loadChunk(
	pool: Pool,
	chunk: LoadChunk,
	options: { signal?: AbortSignal } = {},
): Promise<ChunkResult> {
	const chunkId = cuid();
	const prepared = chunk.prepared ?? readAll(chunk.rows);
	let stored: ChunkResult | undefined;
	return await withRetries(
		() =>
			inTenant(pool, chunk.tenantId, async (client) => {
				const run = await holdRun(client, chunk.syncRunId, chunkId);
				if (run.committed && stored) return stored;
				stored = await store(client, chunk, prepared);
				const counts = addCounts(run.counts, chunk, stored.fates);
				await saveProgress(client, chunk.syncRunId, chunkId, counts);
				return stored;
			}),
		options,
	);
}

function readAll(rows: readonly LoadRow[]): Preparation[] {
	const reader = new RowReader();
	return rows.map((row) => reader.read(row));
}

async function store(
	client: PoolClient,
	chunk: LoadChunk,
	prepared: readonly Preparation[],
): Promise<ChunkResult> {
	const result = await writeRows(client, chunk.tenantId, prepared);
	await resolveRejections(client, chunk, result.refusals);
	await saveRejections(client, chunk, result.refusals);
	await saveStates(client, chunk);
	return result;
}
