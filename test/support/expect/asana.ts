import type { Pool } from 'pg';

import type { Sandbox } from '../../sandbox';
import { mapDifferences } from './map-differences';
import type { Tenant } from '../n8n/scenario';

/** Metric values by `<client id> <day> <metric>`. */
export type Metrics = Map<string, string>;

/** What `custom_metrics` must hold of a tenant whose projects were all read today, from the sandbox's own count. */
export function expectedMetrics({ asana }: Sandbox, { consent }: Tenant, timezone: string): Metrics {
	const expected: Metrics = new Map();
	for (const { gid, archived, closed } of asana.projects(consent)) {
		if (archived || closed) continue;
		for (const [day, values] of asana.totals(gid, timezone)) {
			for (const [name, value] of Object.entries(values)) expected.set(`asana:${gid} ${day} ${name}`, value);
		}
	}
	return expected;
}

/** What it does hold. */
export async function metricsOf(admin: Pool, tenantId: string): Promise<Metrics> {
	const { rows } = await admin.query<{ key: string; value: string }>(
		`select concat_ws(' ', c.client_id, to_char(m.record_date at time zone 'UTC', 'YYYY-MM-DD'), m.metric_name) as key,
			m.metric_value::text as value
		from custom_metrics m join client_kpis c on c.id = m.client_kpi_id
		where c.tenant_id = $1 and m.source_system = 'asana'`,
		[tenantId],
	);
	return new Map(rows.map(({ key, value }) => [key, value]));
}

/** Every row that differs from the sandbox's count, is missing or is too much, as a sentence each. */
export async function metricDifferences(
	admin: Pool,
	sandbox: Sandbox,
	tenant: Tenant,
	timezone: string,
): Promise<string[]> {
	const expected = expectedMetrics(sandbox, tenant, timezone);
	return mapDifferences(expected, await metricsOf(admin, tenant.id));
}
