import type { Pool } from 'pg';

import type { RunHolder } from './open';
import { type RunStatus } from './list';
import { LEASE_MINUTES } from './lease';
import { isStorable } from '../postgres/storable-text';
import { asWorker, withRetries } from '../postgres/transaction';

/** A run that messages name, as the database knows it. */
export interface NamedRun {
	syncRunId: string;
	tenantId: string;
	/** Null where it came of no sync. */
	integrationId: string | null;
	provider: string;
	/** Of the integration. */
	metadata: Record<string, unknown>;
	/** The integration's accounts, also those that are switched off. */
	accountIds: string[];
	status: RunStatus;
	/** Whose it is, as in `RunHolder`. */
	executionId: string | null;
}

/**
 * The runs of these ids, whoever's they are; an id that there is not is missing. In the modes `manual` and `retry` those
 * that an earlier execution left open go over to the holder first; `etl.take_runs` has the rules.
 */
export async function takeRuns(
	pool: Pool,
	runIds: readonly string[],
	{ executionId, workflowId, mode }: RunHolder,
): Promise<NamedRun[]> {
	const ids = runIds.filter((id) => id.length <= MAX_ID_LENGTH && isStorable(id));
	if (ids.length === 0) return [];
	return await withRetries(
		async () =>
			await asWorker(pool, async (client) => {
				const { rows } = await client.query<NamedRun>(TAKE, [
					ids,
					executionId,
					workflowId,
					mode,
					LEASE_MINUTES,
				]);
				return rows;
			}),
	);
}

/** Longer than any that this package makes. */
const MAX_ID_LENGTH = 100;

const TAKE = `select sync_run_id as "syncRunId", tenant_id as "tenantId", integration_id as "integrationId", provider,
	coalesce(metadata, '{}') as metadata, account_ids as "accountIds", status, execution_id as "executionId"
from etl.take_runs($1, $2, $3, $4, make_interval(mins => $5))`;
