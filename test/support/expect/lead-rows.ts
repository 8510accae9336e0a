import type { Pool } from 'pg';

import { rowLine, type RowLine } from './hubspot';

/** What `lead_events` holds of a tenant from HubSpot, by `external_id`. */
export async function leadRowsOf(admin: Pool, tenantId: string): Promise<Map<string, RowLine>> {
	const { rows } = await admin.query<Record<'id' | 'lead' | 'at' | 'stage' | 'status' | 'value', string>>(
		`select l.external_id as id, l.lead_id as lead, l.stage, l.status, l.value::text as value,
			to_char(l.event_date at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
		from lead_events l join client_kpis c on c.id = l.client_kpi_id
		where c.tenant_id = $1 and l.source_system = 'hubspot' order by 1`,
		[tenantId],
	);
	return new Map(
		rows.map(({ id, lead, at, stage, status, value }) => [id, rowLine(lead, at, stage, status, value)]),
	);
}
