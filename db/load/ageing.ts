import type { PoolClient } from 'pg';

import type { LoadChunk, LoadState } from './chunk';

// Both instants are texts that compare as the instants they are; metadata of others may hold anything.
const AGE = `with incoming as materialized (
	select * from unnest($2::text[], $3::text[]) with ordinality as i(account_id, stale_before, ord)
), aged as (
	update public.lead_events t set status = 'stale' from incoming i
	where t.status = 'active' and t.source_system = $1
		and t.metadata -> '_src' ->> 'accountId' = i.account_id
		and (t.metadata ->> 'lastActivityAt') collate "C" < i.stale_before
	returning i.ord
)
select ord::int as place, count(*)::int as aged from aged group by ord`;

/**
 * Marks the open leads that nobody has touched for long: a deal that is not changed is not read again.
 * @returns how many, by the state that asked for it; every such state is there
 */
export async function ageLeads(
	client: PoolClient,
	{ provider, states }: Pick<LoadChunk, 'provider' | 'states'>,
): Promise<Map<LoadState, number>> {
	const asking = latestOfAccounts(states);
	const aged = new Map(states.filter(({ ageing }) => ageing).map((state) => [state, 0]));
	if (asking.length === 0) return aged;
	const { rows } = await client.query<{ place: number; aged: number }>(AGE, [
		provider,
		asking.map(({ accountId }) => accountId),
		asking.map(({ ageing }) => ageing!.staleBefore),
	]);
	for (const row of rows) aged.set(asking[row.place - 1]!, row.aged);
	return aged;
}

/** The last of an account's states in the chunk looks furthest. */
function latestOfAccounts(states: readonly LoadState[]): LoadState[] {
	const latest = new Map<string, LoadState>();
	for (const state of states) if (state.ageing) latest.set(state.accountId, state);
	return [...latest.values()];
}
