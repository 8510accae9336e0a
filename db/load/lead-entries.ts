import type { PoolClient } from 'pg';

import { groupByLead, type ChunkLead } from './leads';
import type { PreparedRow } from './prepare';
import { STORED_ENTRIES } from './stored-entries';

const INCOMING = `incoming as materialized (
	select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
		as i(lead_id, source_system, account_id, client_kpi_id, version, latest, ord)
)`;

// A lead whose stored copy is newer stays at that client, its home. Of two rows with one key only one can be there. No
// row is both moved and removed, so the order of the two does not matter.
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
 * Gives each lead one client before its rows are written: stored entries move to the client of the newest copy, and rows
 * of an older copy are redirected there.
 */
export async function placeLeads(client: PoolClient, rows: readonly PreparedRow[]): Promise<void> {
	const leads = groupByLead(rows);
	if (leads.length === 0) return;
	const { rows: elsewhere } = await client.query<{ place: number; home: string }>(MOVE, parameters(leads));
	for (const { place, home } of elsewhere) leads[place - 1]!.clientKpiId = home;
	for (const lead of leads) for (const row of lead.rows) row.clientKpiId = lead.clientKpiId;
}

// A passed entry loses what made it the latest one: a corrected rate must not give it a value again. An entry that was
// only assumed is deleted: it was a placeholder for what has arrived now.
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
 * Leaves one entry of each lead with a status and a value: that of its newest copy. Entries that the provider no longer
 * lists, or that arrived late with an older copy, become `passed`, or are deleted if they were only assumed. Otherwise
 * the lead's value would count twice.
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
