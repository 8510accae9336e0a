import type { Pool } from 'pg';

export type Row = Record<string, unknown>;

/**
 * One row of every table that holds tenants' data, parents first. What is not an id is the same for every tenant,
 * so that natural keys collide unless the tenant leads them.
 */
export function tenantRows(tenant: string, own: string = tenant): Array<[table: string, row: Row]> {
	const run = { tenant_id: tenant, integration_id: `${tenant}-integration`, provider: 'xero' };
	const client = { client_kpi_id: `${tenant}-client` };
	return [
		['public.tenants', { id: own, name: 'Harbour Coffee' }],
		['public.users', { id: `${own}-user`, tenant_id: tenant, email: `${own}@example.com` }],
		[
			'public.client_kpis',
			{ id: `${own}-client`, tenant_id: tenant, client_id: 'xero:1', client_name: 'Harbour' },
		],
		['public.financials', { id: `${own}-financial`, ...client, record_date: '2026-06-30', ...ZEROS }],
		['public.lead_events', { id: `${own}-event`, ...client, ...LEAD_EVENT }],
		['public.custom_metrics', { id: `${own}-metric`, ...client, ...METRIC }],
		['public.integrations', { id: `${own}-integration`, tenant_id: tenant, provider: 'xero' }],
		['etl.sync_runs', { id: `${own}-run`, ...run }],
		['etl.accounts', { ...run, account_id: `${own}-organisation` }],
		['etl.stream_states', stateRow(tenant)],
		['etl.rejected_records', { id: `${own}-rejected`, ...run, sync_run_id: `${tenant}-run`, ...REJECTED }],
		['etl.client_links', { tenant_id: tenant, provider: 'xero', external_id: '1', ...client }],
		['etl.connect_links', { id: `${own}-link`, tenant_id: tenant, ...LINK, token_hash: `${own}-token-hash` }],
		['etl.connect_states', stateOfConsent(tenant, own)],
		['etl.connection_events', { ...run, event: 'connected' }],
	];
}

const ZEROS = { revenue: '0', expenses: '0', net_profit: '0', cash_flow: '0', source_system: 'xero' };

const LEAD_EVENT = {
	event_date: '2026-06-30T00:00:00Z',
	lead_id: '7',
	stage: 'Won',
	status: 'won',
	source_system: 'hubspot',
	external_id: 'deal:7',
};

const METRIC = { metric_name: 'throughput', metric_value: '3', record_date: '2026-06-30T00:00:00Z' };

const REJECTED = {
	stage: 'load',
	stream: 'monthlyFinancials',
	account_id: '1',
	record_id: '2026-06',
	reason_code: 'check_violation',
	reason_message: 'made up',
	payload: '{}',
};

const LINK = { provider: 'xero', purpose: 'connect', expires_at: '2099-01-01T00:00:00Z' };

function stateOfConsent(tenant: string, own: string): Row {
	return {
		id: `${own}-state`,
		link_id: `${tenant}-link`,
		tenant_id: tenant,
		provider: 'xero',
		state_hash: `${own}-state-hash`,
		browser_hash: 'browser',
		redirect_uri: 'https://n8n.example/callback',
		expires_at: '2099-01-01T00:00:00Z',
	};
}

function stateRow(tenant: string): Row {
	return {
		integration_id: `${tenant}-integration`,
		account_id: '1',
		stream: 'monthlyFinancials',
		tenant_id: tenant,
		state: '{}',
		sync_run_id: `${tenant}-run`,
	};
}

/** An insert as text and values. */
export function insertOf(table: string, row: Row, suffix = ''): { text: string; values: unknown[] } {
	const columns = Object.keys(row);
	const places = columns.map((_, index) => `$${index + 1}`);
	return {
		text: `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')}) ${suffix}`,
		values: Object.values(row),
	};
}

/** Gives a tenant one row in each of its tables. */
export async function seedTenant(admin: Pool, tenant: string): Promise<void> {
	for (const [table, row] of tenantRows(tenant)) await admin.query(insertOf(table, row));
}

/** The whole content of the tables, to see whether anything changed. */
export async function contentOf(admin: Pool, tables: string[]): Promise<string> {
	const parts: string[] = [];
	for (const table of tables) {
		const { rows } = await admin.query<{ line: string }>(
			`select xmin || t::text as line from ${table} t order by 1`,
		);
		parts.push(table, ...rows.map(({ line }) => line));
	}
	return parts.join('\n');
}
