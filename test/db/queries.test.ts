import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inTenant, type TenantRole } from '../../db/transaction';
import { testDatabase, type TestDatabase } from '../support/database';

/** 100,000 rows in each of the three tables, of 50 tenants with 20 clients each. */
const SEED = `
	insert into tenants (id, name) select 't' || t, 'Tenant ' || t from generate_series(1, 50) t;
	insert into client_kpis (id, tenant_id, client_id, client_name)
		select 't' || t || 'c' || c, 't' || t, 'xero:' || c, 'Client ' || c
		from generate_series(1, 50) t, generate_series(1, 20) c;
	insert into financials (id, client_kpi_id, record_date, revenue, expenses, net_profit, cash_flow, source_system)
		select 'f' || k.id || '-' || n, k.id, date '2018-01-31' + n * 30, 100, 40, 60, 10, 'xero'
		from client_kpis k, generate_series(1, 100) n;
	insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, value, status, source_system, external_id)
		select 'l' || k.id || '-' || n, k.id, timestamptz '2024-01-01' + n * interval '1 day', 'lead' || n,
			(array['New', 'Qualified', 'Proposal', 'Won'])[1 + n % 4], n, (array['active', 'passed', 'won'])[1 + n % 3],
			'hubspot', 'deal:' || n
		from client_kpis k, generate_series(1, 100) n;
	insert into custom_metrics (id, client_kpi_id, metric_name, metric_value, record_date, source_system)
		select 'm' || k.id || '-' || n, k.id, (array['throughput', 'open_tasks', 'overdue_tasks', 'on_time_rate'])[1 + n % 4],
			n, timestamptz '2026-01-01' + n * interval '1 day', 'asana'
		from client_kpis k, generate_series(1, 100) n;
	analyze tenants, client_kpis, financials, lead_events, custom_metrics`;

/** What the product documents, for one client and for all clients of the tenant. */
const QUERIES: Array<[name: string, text: string, rows: number]> = [
	[
		'financials of a client over a time range',
		`select record_date, revenue, expenses, net_profit, cash_flow from financials
		where client_kpi_id = 't7c3' and record_date between '2024-01-01' and '2024-12-31' order by record_date`,
		12,
	],
	[
		'a client’s funnel by stage and status',
		`select stage, status, count(*), sum(value) from lead_events
		where client_kpi_id = 't7c3' and event_date >= '2024-01-01' group by stage, status`,
		12,
	],
	[
		'one metric of a client over time',
		`select record_date, metric_value from custom_metrics
		where client_kpi_id = 't7c3' and metric_name = 'throughput' and record_date >= '2026-01-01' order by record_date`,
		25,
	],
	[
		'financials of all clients over a time range',
		`select record_date, sum(revenue) from financials
		where record_date between '2024-01-01' and '2024-12-31' group by record_date`,
		12,
	],
	[
		'the funnel of all clients',
		'select stage, status, count(*), sum(value) from lead_events group by stage, status',
		12,
	],
	[
		'one metric of all clients over time',
		`select record_date, avg(metric_value) from custom_metrics where metric_name = 'throughput' group by record_date`,
		25,
	],
];

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	await database.admin.query(SEED);
});
afterAll(async () => {
	await database.close();
});

interface Plan {
	'Node Type': string;
	'Relation Name'?: string;
	'Index Name'?: string;
	Filter?: string;
	Plans?: Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

async function planOf(text: string, role?: TenantRole): Promise<Plan> {
	const explain = `explain (format json) ${text}`;
	const { rows } = await inTenant(database.pool, 't7', (client) => client.query(explain), role);
	const plan = (rows[0] as { 'QUERY PLAN': Array<{ Plan: Plan }> })['QUERY PLAN'][0]?.Plan;
	if (!plan) throw new Error('The server gave no plan.');
	return plan;
}

async function scansOf(text: string, role?: TenantRole): Promise<string[]> {
	return nodesOf(await planOf(text, role))
		.filter((node) => node['Node Type'].includes('Scan') && node['Relation Name'])
		.map((node) => `${node['Node Type']} on ${node['Relation Name']}`);
}

describe('at 100,000 rows, under row-level security', () => {
	it.each(QUERIES)('%s needs no sequential scan', async (_name, text, count) => {
		const scans = await scansOf(text);
		expect(scans.length).toBeGreaterThan(0);
		expect(scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
		const { rowCount } = await inTenant(database.pool, 't7', (client) => client.query(text));
		expect(rowCount).toBe(count);
	});

	it('a load finds a row by its key, although all tenants have rows of that day', async () => {
		const lookup = `select t.id from (values ('t7c3', date '2024-01-30'), ('t7c4', '2024-02-29')) i(client, day)
			left join lateral (select f.id from financials f where f.client_kpi_id = i.client
				and f.record_date = i.day and f.source_system = 'xero' limit 1) t on true`;
		const plan = await planOf(lookup, 'zixly_loader');
		expect(nodesOf(plan).map((node) => node['Index Name'])).toContain(
			'financials_client_kpi_id_record_date_source_system_key',
		);
		const conditions = nodesOf(plan).map((node) => node.Filter ?? '');
		// The list of clients is hashed: an array would be searched from its beginning for every row.
		expect(conditions.join()).toContain('hashed SubPlan');
		expect(conditions.join()).not.toContain('= ANY');
	});

	it('would show a sequential scan, as a query over a whole tenant is by the policy for loading', async () => {
		expect(await scansOf('select from financials', 'zixly_loader')).toContain('Seq Scan on financials');
	});
});
