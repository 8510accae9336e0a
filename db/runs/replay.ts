import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import type { AccountFacts } from '../integrations/accounts';
import { withIsoInstants } from '../postgres/rows';
import { abandonRuns, LEASE_MINUTES, type RunHolder } from './open';
import { retryAsWorker, retryInTenant } from '../postgres/retries';

/** Open rejected records for one run: of one tenant and provider, and of one connection or none. */
export interface ReplayGroup {
	tenantId: string;
	integrationId: string | null;
	provider: string;
	/** The ids of the rejected records. */
	ids: readonly string[];
}

/** A rejected record with everything that its message needs. Instants are ISO 8601 in UTC. */
export interface ReplayRecord {
	stream: string;
	accountId: string;
	recordId: string;
	stage: 'transform' | 'load';
	lastSeenAt: string;
	payload: unknown;
	/** Null if the account is no longer known. */
	account: AccountFacts | null;
}

/** The run opened for the records; or none of them is open any more; or the connection already has a running run. */
export type Replay =
	| { syncRunId: string; records: ReplayRecord[] }
	| { nothing: true }
	| { runningSince: string; executionId: string | null };

/** Opens a run for the records that are still open, as Claim Due does for a sync. */
export async function openReplay(pool: Pool, group: ReplayGroup, holder: RunHolder): Promise<Replay> {
	await abandonRuns(pool);
	await takeOver(pool, group, holder);
	const syncRunId = cuid();
	return await retryInTenant(pool, group.tenantId, async (client) => {
		const records = await openRecords(client, group);
		if (records.length === 0) return { nothing: true };
		const running = await claim(client, group, { syncRunId, holder });
		return running ?? { syncRunId, records };
	});
}

/** Frees the connection of a run that an earlier execution by hand left open. */
async function takeOver(
	pool: Pool,
	{ integrationId }: ReplayGroup,
	{ executionId, workflowId, mode }: RunHolder,
): Promise<void> {
	const values = [integrationId, executionId, workflowId, mode, LEASE_MINUTES];
	await retryAsWorker(pool, async (client) => await client.query(TAKE_OVER, values));
}

const TAKE_OVER = 'select etl.take_over_runs(array[$1::text], $2, $3, $4, make_interval(mins => $5))';

async function openRecords(client: PoolClient, { ids }: ReplayGroup): Promise<ReplayRecord[]> {
	const { rows } = await client.query<ReplayRecord>(
		`select r.stream, r.account_id as "accountId", r.record_id as "recordId", r.stage,
			r.last_seen_at as "lastSeenAt", r.payload,
			case when a.account_id is not null then
				json_build_object('id', a.account_id, 'name', a.name, 'timezone', a.timezone, 'currency', a.currency)
			end as account
		from etl.rejected_records r
		left join etl.accounts a
			on a.provider = r.provider and a.account_id = r.account_id and a.integration_id = r.integration_id
				and a.released_at is null
		where r.id = any ($1) and r.resolved_at is null and r.stage <> 'extract'
		order by r.stream, r.account_id, r.last_seen_at, r.id`,
		[ids],
	);
	return rows.map(withIsoInstants);
}

/** Opens the run. @returns the connection's running run, if that prevents it */
async function claim(
	client: PoolClient,
	{ tenantId, integrationId, provider }: ReplayGroup,
	{ syncRunId, holder }: { syncRunId: string; holder: RunHolder },
): Promise<{ runningSince: string; executionId: string | null } | undefined> {
	await client.query(
		`insert into etl.sync_runs (id, tenant_id, integration_id, provider, execution_id, workflow_id, mode, lease_until)
		values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(mins => $8)) on conflict do nothing`,
		[
			syncRunId,
			tenantId,
			integrationId,
			provider,
			holder.executionId,
			holder.workflowId,
			holder.mode,
			LEASE_MINUTES,
		],
	);
	// An earlier attempt whose answer was lost may have opened it.
	const { rows } = await client.query<{ id: string; since: Date; executionId: string | null }>(
		`select id, started_at as since, execution_id as "executionId" from etl.sync_runs
		where status = 'running' and (id = $1 or integration_id = $2)`,
		[syncRunId, integrationId],
	);
	if (rows.some(({ id }) => id === syncRunId)) return undefined;
	const { since = new Date(), executionId = null } = rows[0] ?? {};
	return { runningSince: since.toISOString(), executionId };
}
