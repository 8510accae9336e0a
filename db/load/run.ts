import type { PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { LEASE_MINUTES } from '../runs/open';

import type { LoadRun } from './input';

/** The run is closed, was taken over or belongs to another tenant: nothing may be stored for it. */
export class RunLostError extends ExplainedError {
	override readonly name = 'RunLostError';

	constructor(readonly syncRunId: string) {
		super(
			'The sync run is no longer running, so nothing was stored.',
			'Another execution has taken it over, or it was closed. The next run brings the data.',
		);
	}
}

export interface FoundRun {
	/** Whether an earlier attempt, whose answer was lost, committed this chunk. */
	committed: boolean;
	counts: Record<string, unknown>;
}

interface RunRow {
	status: string;
	lastChunk: string | null;
	counts: Record<string, unknown>;
	integrationId: string | null;
	provider: string;
	executionId: string | null;
}

// `share_links` locks the tenant's client links until the chunk is committed (db/clients/links.ts waits for it).
const FIND = `select status, last_chunk as "lastChunk", counts, integration_id as "integrationId", provider,
		execution_id as "executionId", etl.share_links()
	from etl.sync_runs where id = $1`;

/**
 * Finds the run and checks that chunks may be stored for it.
 * @throws RunLostError if it is not a running run of this tenant, connection, provider and execution
 */
export function findRun(client: PoolClient, run: LoadRun, chunkId: string): Promise<FoundRun> {
	return readRun(client, FIND, run, chunkId);
}

/**
 * The same, and locks the run's row, so that no one can close it or take it over before the transaction ends.
 * @throws RunLostError if it is no longer a running run of this tenant, connection, provider and execution
 */
export function holdRun(client: PoolClient, run: LoadRun, chunkId: string): Promise<FoundRun> {
	return readRun(client, `${FIND} for no key update`, run, chunkId);
}

async function readRun(client: PoolClient, sql: string, run: LoadRun, chunkId: string): Promise<FoundRun> {
	const { rows } = await client.query<RunRow>(sql, [run.syncRunId]);
	const [found] = rows;
	if (!found || !isSame(found, run)) throw new RunLostError(run.syncRunId);
	if (found.lastChunk === chunkId) return { committed: true, counts: found.counts };
	if (found.status !== 'running') throw new RunLostError(run.syncRunId);
	return { committed: false, counts: found.counts };
}

function isSame(found: RunRow, run: LoadRun): boolean {
	return (
		found.integrationId === run.integrationId &&
		found.provider === run.provider &&
		found.executionId === run.executionId
	);
}

/** Stores the run's counts and its last chunk, and renews its lease. */
export async function saveProgress(
	client: PoolClient,
	syncRunId: string,
	chunkId: string,
	counts: Record<string, unknown>,
): Promise<void> {
	const { rowCount } = await client.query(
		`update etl.sync_runs set counts = $3, last_chunk = $2, lease_until = now() + make_interval(mins => $4)
		where id = $1 and status = 'running'`,
		[syncRunId, chunkId, JSON.stringify(counts), LEASE_MINUTES],
	);
	if (rowCount !== 1) throw new RunLostError(syncRunId);
}
