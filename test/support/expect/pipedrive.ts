import type { Pool } from 'pg';

import type { Sandbox } from '../../sandbox';
import type { ExpectedEntry } from '../../sandbox/pipedrive/totals';
import { inAud } from '../database/constant-rates';
import { mapDifferences } from './map-differences';
import type { Tenant } from '../n8n/scenario';

/** A row of `lead_events` as one line of text. */
type Line = string;

/** What `lead_events` must hold of a tenant's deals, from the sandbox's own totals, by `external_id`. */
function expectedLines({ pipedrive }: Sandbox, { consent }: Tenant): Map<string, Line> {
	const client = `pipedrive:${pipedrive.company(consent).id}`;
	return new Map(
		pipedrive.entries(consent).map((entry) => {
			const { externalId, leadId, at, stage, status } = entry;
			return [externalId, JSON.stringify([client, leadId, at, stage, status, valueOf(entry)])];
		}),
	);
}

const valueOf = ({ value, currency }: ExpectedEntry): string | null =>
	value === null ? null : inAud(value, currency);

/** What `lead_events` holds of a tenant's deals that are not deleted, by `external_id`. */
async function storedLines(admin: Pool, { id }: Tenant): Promise<Map<string, Line>> {
	const { rows } = await admin.query<
		Record<'id' | 'client' | 'lead' | 'stage' | 'status', string> & { at: Date; value: string | null }
	>(
		`select e.external_id as id, k.client_id as client, e.lead_id as lead, e.event_date as at, e.stage, e.status,
			e.value::text
		from lead_events e join client_kpis k on k.id = e.client_kpi_id
		where k.tenant_id = $1 and e.source_system = 'pipedrive' and e.lead_id not in (
			select d.lead_id from lead_events d join client_kpis c on c.id = d.client_kpi_id
			where c.tenant_id = $1 and d.status = 'deleted')`,
		[id],
	);
	return new Map(
		rows.map(({ id: externalId, client, lead, at, stage, status, value }) => [
			externalId,
			JSON.stringify([client, lead, at.toISOString(), stage, status, value]),
		]),
	);
}

/** Every row that differs from the sandbox's totals, is missing or is too much, as a sentence each. */
export async function leadDifferences(admin: Pool, sandbox: Sandbox, tenant: Tenant): Promise<string[]> {
	return mapDifferences(expectedLines(sandbox, tenant), await storedLines(admin, tenant));
}

/** The funnel as its query gives it: how many deals stand in a stage, and their worth. */
export async function storedFunnel(admin: Pool, { id }: Tenant): Promise<string[]> {
	const { rows } = await admin.query<{ line: string }>(
		`select concat_ws(' | ', e.stage, e.status, count(distinct e.lead_id), coalesce(sum(e.value), 0)) as line
		from lead_events e join client_kpis k on k.id = e.client_kpi_id
		where k.tenant_id = $1 and e.status <> 'passed' group by e.stage, e.status`,
		[id],
	);
	return rows.map(({ line }) => line).sort();
}

/** The same from the sandbox, for a company whose deals are all in AUD. */
export function expectedFunnel({ pipedrive }: Sandbox, { consent }: Tenant): string[] {
	const lines = pipedrive.funnel(consent).map(({ stage, status, deals, value }) =>
		// Thousandths there, cents here.
		[stage, status, deals, value === '0.000' ? '0' : value.slice(0, -1)].join(' | '),
	);
	return lines.sort();
}
