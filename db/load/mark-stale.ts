import type { PoolClient } from 'pg';

import type { LoadChunk } from './chunk';
import type { LoadState } from './input';

// Both instants are compared as texts, which sort as instants: metadata written by others may contain anything. Looked up
// client by client, since with the policy alone the planner reads the leads of all tenants.
const AGE = `with incoming as materialized (
	select * from unnest($3::text[], $4::text[]) with ordinality as i(account_id, stale_before, ord)
), stale as materialized (
	select t.id, i.ord
	from public.client_kpis k, lateral (
		select e.id, e.metadata from public.lead_events e
		where e.client_kpi_id = k.id and e.status = 'active' and e.source_system = $2
		offset 0
	) t, incoming i
	where k.tenant_id = $1 and t.metadata -> '_src' ->> 'accountId' = i.account_id
		and (t.metadata ->> 'lastActivityAt') collate "C" < i.stale_before
), aged as (
	update public.lead_events t set status = 'stale' from stale s
	where t.id = s.id and t.status = 'active'
	returning s.ord
)
select ord::int as place, count(*)::int as aged from aged group by ord`;

/**
 * Marks open leads without recent activity as stale. Done here because an unchanged deal is not read again.
 * @returns the number of leads by the state that requested the check; includes every such state
 */
export async function ageLeads(
	client: PoolClient,
	{ tenantId, provider, states }: Pick<LoadChunk, 'tenantId' | 'provider' | 'states'>,
): Promise<Map<LoadState, number>> {
	const asking = latestOfAccounts(states);
	const aged = new Map(states.filter(({ ageing }) => ageing).map((state) => [state, 0]));
	if (asking.length === 0) return aged;
	const { rows } = await client.query<{ place: number; aged: number }>(AGE, [
		tenantId,
		provider,
		asking.map(({ accountId }) => accountId),
		asking.map(({ ageing }) => ageing!.staleBefore),
	]);
	for (const row of rows) aged.set(asking[row.place - 1]!, row.aged);
	return aged;
}

/** The last state of an account in the chunk has the latest limit. */
function latestOfAccounts(states: readonly LoadState[]): LoadState[] {
	const latest = new Map<string, LoadState>();
	for (const state of states) if (state.ageing) latest.set(state.accountId, state);
	return [...latest.values()];
}
