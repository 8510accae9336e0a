import type { PoolClient } from 'pg';

import { groupByLead, type ChunkLead } from './leads';
import type { PreparedRow } from './prepare';
import { STORED_ENTRIES } from './stored-entries';

const INCOMING = `incoming as materialized (
	select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
		as i(lead_id, source_system, account_id, client_kpi_id, version, latest, ord)
)`;

// A lead whose stored copy is newer stays where that is. Of two rows with one key only one can be at the lead's home;
// those that move and those that go are never the same, so the order in which the two happen does not matter.
const MOVE = `with ${INCOMING}, stored as materialized (
	select i.ord, i.client_kpi_id as sent_to, i.version as sent, t.id, t.client_kpi_id, t.external_id, t.version
	from incoming i, ${STORED_ENTRIES} t
), homes as materialized (
	select distinct on (ord) ord, sent_to, case when version > sent then client_kpi_id else sent_to end as home
	from stored order by ord, version desc nulls last, (client_kpi_id = sent_to) desc
), placed as materialized (
	select s.id, s.client_kpi_id, h.home, row_number() over (
		partition by s.ord, s.external_id order by (s.client_kpi_id = h.home) desc, s.version desc nulls last
	) as place
	from stored s join homes h using (ord)
), moved as (
	update public.lead_events t set client_kpi_id = p.home
	from placed p where t.id = p.id and p.place = 1 and p.client_kpi_id <> p.home
), removed as (
	delete from public.lead_events t using placed p where t.id = p.id and p.place > 1
)
select ord::int as place, home from homes where home <> sent_to`;

/**
 * Brings each lead to one client before its rows are written: what is stored of it moves to where the newer copy
 * belongs, and rows of an older copy go to where the newer one is.
 */
export async function placeLeads(client: PoolClient, rows: readonly PreparedRow[]): Promise<void> {
	const leads = groupByLead(rows);
	if (leads.length === 0) return;
	const { rows: elsewhere } = await client.query<{ place: number; home: string }>(MOVE, parameters(leads));
	for (const { place, home } of elsewhere) leads[place - 1]!.clientKpiId = home;
	for (const lead of leads) for (const row of lead.rows) row.clientKpiId = lead.clientKpiId;
}

// What made the entry the latest one goes with its place: a corrected rate must give it no value again. An entry that was
// only assumed goes as a whole: it stood in for what came now.
const SETTLE = `with ${INCOMING}, ranked as materialized (
	select t.id, row_number() over (partition by i.ord order by
		coalesce(t.version > i.version, false) desc,
		case when t.version > i.version then t.version end desc,
		coalesce(t.external_id = i.latest, false) desc,
		t.version desc nulls last, t.event_date desc, t.external_id desc
	) as place
	from incoming i, ${STORED_ENTRIES} t
	where t.client_kpi_id = i.client_kpi_id and t.status <> 'passed'
), unassumed as (
	delete from public.lead_events t using ranked r
	where t.id = r.id and r.place > 1 and t.metadata -> 'assumed' = 'true'
)
update public.lead_events t set status = 'passed', value = null,
	metadata = t.metadata - array['fx', 'lastActivityAt', 'deletedAt']
from ranked r where t.id = r.id and r.place > 1 and t.metadata -> 'assumed' is distinct from 'true'`;

/**
 * Leaves one entry of each lead with a status and a value, that of its newest copy. An entry that the provider does not
 * give any more, or that came late with an older copy, has passed, or is gone where it was only assumed: else the lead's
 * money would count twice.
 */
export async function settleLeads(client: PoolClient, rows: readonly PreparedRow[]): Promise<void> {
	const leads = groupByLead(rows);
	if (leads.length > 0) await client.query(SETTLE, parameters(leads));
}

function parameters(leads: readonly ChunkLead[]): Array<Array<string | null>> {
	return [
		leads.map(({ leadId }) => leadId),
		leads.map(({ sourceSystem }) => sourceSystem),
		leads.map(({ accountId }) => accountId),
		leads.map(({ clientKpiId }) => clientKpiId),
		leads.map(({ version }) => version),
		leads.map(({ latest }) => latest),
	];
}
