import type { Pool } from 'pg';

import { withIsoInstants } from '../postgres/rows';
import type { ClaimOptions } from './claim';
import { asWorker } from '../postgres/transaction';

/** The connections that a claim considered when none was due. */
export interface DueOverview {
	/** All connections of the provider, or the requested one. */
	connections: number;
	/** Those with the other authentication. */
	otherAuthentication: number;
	/** The others by status; `waiting` are ACTIVE but not due yet. */
	waiting: number;
	running: number;
	pending: number;
	error: number;
	disabled: number;
	/** When the oldest running run began. */
	runningSince: string | null;
	/** When the first waiting connection is due. */
	nextDue: string | null;
}

/** Finds out in one query why `claimDue` opened no run. */
export async function dueOverview(
	pool: Pool,
	options: Pick<ClaimOptions, 'provider' | 'authentication' | 'integrationId' | 'syncEveryHours'>,
): Promise<DueOverview> {
	const { provider, authentication, integrationId = null, syncEveryHours } = options;
	const values = [provider, integrationId, authentication, syncEveryHours * 3600];
	const { rows } = await asWorker(pool, async (client) => await client.query<DueOverview>(OVERVIEW, values));
	return withIsoInstants(rows[0]!);
}

const OVERVIEW = `with looked_at as (
	select status, running_since, coalesce(retry_at, last_sync_at + make_interval(secs => $4)) as due,
		(metadata ->> 'authentication' is not distinct from 'n8n') = ($3 = 'n8n') as fits
	from etl.list_integrations($1, null, $2, null)
)
select count(*)::int as connections, count(*) filter (where not fits)::int as "otherAuthentication",
	count(*) filter (where fits and status = 'ACTIVE' and running_since is null)::int as waiting,
	count(*) filter (where fits and status = 'ACTIVE' and running_since is not null)::int as running,
	count(*) filter (where fits and status = 'PENDING')::int as pending,
	count(*) filter (where fits and status = 'ERROR')::int as error,
	count(*) filter (where fits and status = 'DISABLED')::int as disabled,
	min(running_since) filter (where fits and status = 'ACTIVE') as "runningSince",
	min(due) filter (where fits and status = 'ACTIVE' and running_since is null) as "nextDue"
from looked_at`;
