import type { PoolClient } from 'pg';

import type { PreparedRow } from './prepare';
import { isNewer } from './row-source';

/** Above this, looking a lead up at each client takes more pages than its id usually has in all tenants. */
const MAX_CLIENTS = 8;

/**
 * A common table expression for `STORED_ENTRIES`: the tenant's clients that have leads, or null if there are many. Client
 * by client, with a limit: the planner would otherwise read the leads of all tenants.
 */
export const LEAD_CLIENTS = `lead_clients as materialized (
	select case when count(*) <= ${MAX_CLIENTS} then coalesce(array_agg(id), '{}') end as ids
	from (
		select k.id
		from public.client_kpis k, lateral (select from public.lead_events e where e.client_kpi_id = k.id limit 1) e
		limit ${MAX_CLIENTS + 1}
	) k
)`;

/**
 * The stored entries of the lead `i` (`lead_id`, `source_system`, `account_id`), of any client, with their `version`, a
 * text that sorts as its instant. Needs `LEAD_CLIENTS`. Ids of leads are small numbers at some providers, so that every
 * tenant has them: with few clients a lead is looked up at each of them. Lateral and with an offset, to force a lookup by
 * the lead's id: the planner would otherwise read and hash a whole tenant's entries for every chunk.
 */
export const STORED_ENTRIES = `lateral (
	select t.*, (t.metadata -> '_src' ->> 'version') collate "C" as version
	from (
		select e.* from public.lead_events e
		where (select ids from lead_clients) is not null
			and e.lead_id = i.lead_id and e.client_kpi_id = any ((select ids from lead_clients)::text[])
		union all
		select e.* from public.lead_events e
		where (select ids from lead_clients) is null and e.lead_id = i.lead_id
	) t
	where t.source_system = i.source_system and t.metadata -> '_src' ->> 'accountId' = i.account_id
	offset 0
)`;

const INCOMING = `incoming as materialized (
	select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
		as i(lead_id, source_system, account_id, client_kpi_id, version, latest, ord)
)`;

// A lead whose stored copy is newer stays at that client, its home. Of two rows with one key only one can be there. No
// row is both moved and removed, so the order of the two does not matter.
const MOVE = `with ${LEAD_CLIENTS}, ${INCOMING}, stored as materialized (
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
const SETTLE = `with ${LEAD_CLIENTS}, ${INCOMING}, ranked as materialized (
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

/** A lead with its rows in the chunk. */
interface ChunkLead {
	leadId: string;
	sourceSystem: string;
	accountId: string;
	/** The client of the newest copy in the chunk, and that copy's version. */
	clientKpiId: string;
	version: string | null;
	/** `external_id` of the entry that has the status in that copy; null if it is in another chunk. */
	latest: string | null;
	rows: PreparedRow[];
}

/** Indexes in `values` of a row of `lead_events`. */
const LEAD_ID = 1;
const STATUS = 4;
const SOURCE_SYSTEM = 5;
const EXTERNAL_ID = 6;

/** The status of an entry that a lead has moved on from. */
const PASSED = 'passed';

/**
 * The chunk's leads from a provider's account. Leads of plain items are excluded: only their user knows what their
 * statuses mean.
 */
function groupByLead(rows: readonly PreparedRow[]): ChunkLead[] {
	const leads = new Map<string, ChunkLead>();
	for (const row of rows) {
		if (row.statement.table.name !== 'lead_events') continue;
		const accountId = row.origin?.accountId;
		const sourceSystem = row.values[SOURCE_SYSTEM];
		if (!accountId || !sourceSystem) continue;
		const leadId = row.values[LEAD_ID]!;
		const key = [sourceSystem, accountId, leadId].join('\0');
		const lead = leads.get(key);
		if (lead) addRow(lead, row);
		else leads.set(key, begun({ leadId, sourceSystem, accountId }, row));
	}
	return [...leads.values()];
}

function begun(named: Pick<ChunkLead, 'leadId' | 'sourceSystem' | 'accountId'>, row: PreparedRow): ChunkLead {
	const { clientKpiId, version } = row;
	return { ...named, clientKpiId, version, latest: readLatestEntry(row), rows: [row] };
}

/** The newest copy wins; of equally new ones the later. */
function addRow(lead: ChunkLead, row: PreparedRow): void {
	lead.rows.push(row);
	if (isNewer(lead, row)) return;
	if (row.version !== lead.version) lead.latest = null;
	lead.version = row.version;
	lead.clientKpiId = row.clientKpiId;
	lead.latest = readLatestEntry(row) ?? lead.latest;
}

const readLatestEntry = ({ values }: PreparedRow): string | null =>
	values[STATUS] === PASSED ? null : values[EXTERNAL_ID]!;
