import type { Pool } from 'pg';

const OF_CLIENTS = ['public.financials', 'public.lead_events', 'public.custom_metrics'];
const OF_TENANTS = [
	...['public.users', 'public.client_kpis', 'public.integrations'],
	...['etl.sync_runs', 'etl.accounts', 'etl.stream_states', 'etl.rejected_records', 'etl.client_links'],
];

/** One text for all that is stored of a tenant: it is the same only where nothing was changed, added or taken away. */
export async function tenantDigest(admin: Pool, tenantId: string): Promise<string> {
	const digests = await Promise.all([
		...OF_TENANTS.map(async (table) => await digest(admin, `${table} t where t.tenant_id = $1`, tenantId)),
		...OF_CLIENTS.map(
			async (table) =>
				await digest(
					admin,
					`${table} t where t.client_kpi_id in (select id from client_kpis where tenant_id = $1)`,
					tenantId,
				),
		),
	]);
	return digests.join(' ');
}

async function digest(admin: Pool, from: string, tenantId: string): Promise<string> {
	const { rows } = await admin.query<{ digest: string }>(
		`select coalesce(md5(string_agg(t::text, e'\\n' order by t::text)), 'none') as digest from ${from}`,
		[tenantId],
	);
	return rows[0]!.digest;
}
