import type { Pool } from 'pg';

import { withIsoInstants } from '../postgres/rows';
import type { ClaimOptions } from './claim';
import { asWorker } from '../postgres/transaction';
import { LEASE_MINUTES } from './open';

/** The running runs of one execution. Instants are ISO 8601 in UTC. */
export interface HeldConnections {
	/** As in `RunHolder`. */
	executionId: string;
	/** How many connections it holds. */
	connections: number;
	/** When the first of its runs began. */
	since: string;
	/** When the last of its leases ends. */
	leaseUntil: string;
	/** When an execution by hand may take the last of them over, if it shows no sign of life; null if never. */
	freeByHandAt: string | null;
}

/** The connections that a claim considered when none was due. */
export interface DueOverview {
	/** All connections of the provider, or the requested one. */
	connections: number;
	/** Those with the other authentication. */
	otherAuthentication: number;
	/** Those of the others that are ACTIVE but whose tenant is paused. */
	paused: number;
	/** The rest by status; `waiting` are ACTIVE but not due yet. */
	waiting: number;
	running: number;
	pending: number;
	error: number;
	disabled: number;
	/** The executions that hold the running ones, the oldest first, at most `MAX_HOLDERS`. */
	holders: HeldConnections[];
	/** When the first waiting connection is due. */
	nextDue: string | null;
}

/** Finds out why `claimDue` opened no run. */
export async function dueOverview(
	pool: Pool,
	options: Pick<ClaimOptions, 'provider' | 'authentication' | 'integrationId' | 'syncEveryHours' | 'holder'>,
): Promise<DueOverview> {
	const { provider, authentication, integrationId = null, syncEveryHours, holder } = options;
	const which = [provider, integrationId, authentication];
	const taker = [holder.workflowId, holder.mode, LEASE_MINUTES, MAX_HOLDERS];
	return await asWorker(pool, async (client) => {
		const overview = await client.query<Omit<DueOverview, 'holders'>>(OVERVIEW, [
			...which,
			syncEveryHours * 3600,
		]);
		const holders = await client.query<HeldConnections>(HOLDERS, [...which, ...taker]);
		return { ...withIsoInstants(overview.rows[0]!), holders: holders.rows.map(withIsoInstants) };
	});
}

const MAX_HOLDERS = 3;

const OVERVIEW = `with looked_at as (
	select case when status = 'ACTIVE' and tenant_paused_at is not null and running_since is null then 'PAUSED' else status end as status,
		running_since, coalesce(retry_at, last_sync_at + make_interval(secs => $4)) as due,
		(metadata ->> 'authentication' is not distinct from 'n8n') = ($3 = 'n8n') as fits
	from etl.list_integrations($1, null, $2, null)
)
select count(*)::int as connections, count(*) filter (where not fits)::int as "otherAuthentication",
	count(*) filter (where fits and status = 'PAUSED')::int as paused,
	count(*) filter (where fits and status = 'ACTIVE' and running_since is null)::int as waiting,
	count(*) filter (where fits and status = 'ACTIVE' and running_since is not null)::int as running,
	count(*) filter (where fits and status = 'PENDING')::int as pending,
	count(*) filter (where fits and status = 'ERROR')::int as error,
	count(*) filter (where fits and status = 'DISABLED')::int as disabled,
	min(due) filter (where fits and status = 'ACTIVE' and running_since is null) as "nextDue"
from looked_at`;

// The rules of `etl.take_over_runs`.
const HOLDERS = `select r.execution_id as "executionId", count(*)::int as connections, min(r.started_at) as since,
	max(r.lease_until) as "leaseUntil",
	case when $5 in ('manual', 'cli') and bool_and(r.mode in ('manual', 'cli') and r.workflow_id is not distinct from $4)
		then max(r.lease_until) - make_interval(mins => $6) + interval '2 minutes' end as "freeByHandAt"
from etl.list_runs(null, $2, $1, 'running', null) r
join etl.list_integrations($1, null, $2, null) i on i.integration_id = r.integration_id
where i.status = 'ACTIVE' and (i.metadata ->> 'authentication' is not distinct from 'n8n') = ($3 = 'n8n')
group by r.execution_id
order by min(r.started_at), r.execution_id
limit $7`;
