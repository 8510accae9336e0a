import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createReader } from '../../../db/readers/logins';
import { inTenant, type TenantRole } from '../../../db/postgres/transaction';
import { dashboardQueries } from '../../support/database/dashboard-queries';
import { testDatabase, type TestDatabase } from '../../support/database/database';

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

const LOGIN = `zixly_test_dashboard_${process.pid}`;

let database: TestDatabase;
/** A reader's login of the tenant `t7`, in a session of its own. */
let reader: pg.Client;
beforeAll(async () => {
	database = await testDatabase();
	await database.admin.query(SEED);
	const { login, password } = await createReader(database.admin, { tenantId: 't7', login: LOGIN });
	await database.admin.query(`alter role "${LOGIN}" set track_functions = 'all'`);
	reader = new pg.Client({ ...database.settings, user: login, password });
	await reader.connect();
});
afterAll(async () => {
	await reader?.end();
	await database.admin.query(`drop owned by "${LOGIN}"; drop role "${LOGIN}"`);
	await database.close();
});

/** With how many rows each of them gives here. */
const QUERIES = dashboardQueries('t7c3').map((query, index) => ({
	...query,
	rows: [12, 16, 97, 12, 16, 97][index]!,
}));

interface Plan {
	'Node Type': string;
	'Relation Name'?: string;
	'Index Name'?: string;
	Filter?: string;
	Plans?: Plan[];
}

/** Runs a statement as somebody who sees the tenant `t7`. */
type Ask = (text: string, values?: unknown[]) => Promise<pg.QueryResult>;

const asRole =
	(role: TenantRole): Ask =>
	async (text, values) =>
		await inTenant(database.pool, 't7', (client) => client.query(text, values), role);
const asReader: Ask = async (text, values) => await reader.query(text, values);

const ASKING: Array<[who: string, ask: Ask]> = [
	['zixly_app', asRole('zixly_app')],
	['a reader’s login', asReader],
];

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

async function planOf(ask: Ask, text: string, values?: unknown[]): Promise<Plan> {
	const { rows } = await ask(`explain (format json) ${text}`, values);
	const plan = (rows[0] as { 'QUERY PLAN': Array<{ Plan: Plan }> })['QUERY PLAN'][0]?.Plan;
	if (!plan) throw new Error('The server gave no plan.');
	return plan;
}

async function scansOf(ask: Ask, text: string, values?: unknown[]): Promise<string[]> {
	return nodesOf(await planOf(ask, text, values))
		.filter((node) => node['Node Type'].includes('Scan') && node['Relation Name'])
		.map((node) => `${node['Node Type']} on ${node['Relation Name']}`);
}

describe.each(ASKING)('100,000 rows under the policies for %s', (_who, ask) => {
	it.each(QUERIES)('$name: no sequential scan', async ({ text, values, rows }) => {
		const scans = await scansOf(ask, text, values);
		expect(scans.length).toBeGreaterThan(0);
		expect(scans.filter((scan) => scan.startsWith('Seq Scan'))).toEqual([]);
		expect((await ask(text, values)).rowCount).toBe(rows);
	});
});

describe('a reader’s login', () => {
	it.each(QUERIES)('$name: by the same plan as zixly_app', async ({ text, values }) => {
		expect(await scansOf(asReader, text, values)).toEqual(
			expect.arrayContaining(await scansOf(asRole('zixly_app'), text, values)),
		);
	});

	/** As often as the session called it since the server last took its counts. */
	const callsOf = async (name: string): Promise<number> => {
		const text = 'select sum(calls)::int as calls from pg_stat_xact_user_functions where funcname = $1';
		return (await reader.query<{ calls: number | null }>(text, [name])).rows[0]!.calls ?? 0;
	};

	it.each(QUERIES)('$name: its tenant is looked up once, not for each row', async ({ text, values }) => {
		await reader.query('begin');
		const before = await callsOf('tenant_of_reader');
		await reader.query(text, values);
		expect((await callsOf('tenant_of_reader')) - before).toBe(1);
		await reader.query('commit');
	});
});

describe('a load, at 100,000 rows', () => {
	it('finds a row by its key, although all tenants have rows of that day', async () => {
		const lookup = `select t.id from (values ('t7c3', date '2024-01-30'), ('t7c4', '2024-02-29')) i(client, day)
			left join lateral (select f.id from financials f where f.client_kpi_id = i.client
				and f.record_date = i.day and f.source_system = 'xero' limit 1) t on true`;
		const plan = await planOf(asRole('zixly_loader'), lookup);
		expect(nodesOf(plan).map((node) => node['Index Name'])).toContain(
			'financials_client_kpi_id_record_date_source_system_key',
		);
		const conditions = nodesOf(plan).map((node) => node.Filter ?? '');
		// The list of clients is hashed: an array would be searched from its beginning for every row.
		expect(conditions.join()).toContain('hashed SubPlan');
		expect(conditions.join()).not.toContain('= ANY');
	});

	it('would show a sequential scan, as a query over a whole tenant is by the policy for loading', async () => {
		expect(await scansOf(asRole('zixly_loader'), 'select from financials')).toContain(
			'Seq Scan on financials',
		);
	});
});
