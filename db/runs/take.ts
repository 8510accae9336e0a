import type { Pool } from 'pg';

import { LEASE_MINUTES, type RunHolder } from './open';
import { type RunStatus } from './list';
import { isStorable } from '../postgres/storable-text';
import { retryAsWorker } from '../postgres/retries';

/** A run that messages name, as it is in the database. */
export interface NamedRun {
	syncRunId: string;
	tenantId: string;
	/** Null if it is not a sync. */
	integrationId: string | null;
	provider: string;
	/** The integration's settings. */
	metadata: Record<string, unknown>;
	/** The integration's accounts, including disabled ones. */
	accountIds: string[];
	status: RunStatus;
	/** The execution that holds the run, as in `RunHolder`. */
	executionId: string | null;
}

/**
 * Finds the runs with these ids, of any tenant; unknown ids are omitted. In the modes `manual` and `retry` the holder
 * first takes over those that an earlier execution left open, by the rules of `etl.take_runs`.
 */
export async function takeRuns(
	pool: Pool,
	runIds: readonly string[],
	{ executionId, workflowId, mode }: RunHolder,
): Promise<NamedRun[]> {
	const ids = runIds.filter((id) => id.length <= MAX_ID_LENGTH && isStorable(id));
	if (ids.length === 0) return [];
	return await retryAsWorker(pool, async (client) => {
		const { rows } = await client.query<NamedRun>(TAKE, [ids, executionId, workflowId, mode, LEASE_MINUTES]);
		return rows;
	});
}

/** Longer than any id that this package creates. */
const MAX_ID_LENGTH = 100;

const TAKE = `select sync_run_id as "syncRunId", tenant_id as "tenantId", integration_id as "integrationId", provider,
	coalesce(metadata, '{}') as metadata, account_ids as "accountIds", status, execution_id as "executionId"
from etl.take_runs($1, $2, $3, $4, make_interval(mins => $5))`;
