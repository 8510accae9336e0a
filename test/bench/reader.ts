/**
 * `npm run bench -- reader [clients] [rounds]`: the documented dashboard queries of one tenant as a reader's login, and
 * as `zixly_app`, in turns on the same rows. Ends with the dearest one, as `reader: at most 1.1x of zixly_app (…)`.
 */
import pg from 'pg';

import { closePools, getPool } from '../../db/postgres/pool';
import { createReader } from '../../db/readers/logins';
import { inTenant } from '../../db/postgres/transaction';
import { dashboardQueries, type DashboardQuery } from '../support/database/dashboard-queries';
import {
	createTemplate,
	loginSettings,
	OWNER,
	WORKER,
	type DatabaseTemplate,
} from '../support/database/template';
import { startPostgres } from '../support/database/postgres';
import { middleOf } from './results';

/** What a reader may cost at most, in times of what the same query costs `zixly_app`. */
const MAX_FACTOR = 1.5;
const WARM_UP_ROUNDS = 3;

/** Runs a query as somebody who sees the tenant `big`; resolves to the milliseconds of the query alone. */
type Timed = (query: DashboardQuery) => Promise<number>;

interface Comparison {
	name: string;
	app: number;
	reader: number;
	factor: number;
}

async function main([clients = '5000', rounds = '30']: string[]): Promise<void> {
	const server = await startPostgres();
	try {
		const source = await createTemplate(server.adminUrl);
		await seedRows(adminOf(server.adminUrl, source.template), Number(clients));
		const reader = await logInAsReader(source);
		const pool = getPool(loginSettings(source, WORKER, source.template));
		const asApp: Timed = async (query) => await inTenant(pool, 'big', (client) => timeOf(client, query));
		const asReader: Timed = async (query) => await timeOf(reader, query);
		const comparisons: Comparison[] = [];
		for (const query of dashboardQueries('big-c7')) {
			comparisons.push({
				name: query.name,
				...(await compare(query, { asApp, asReader, rounds: Number(rounds) })),
			});
		}
		console.log(reportOf(comparisons));
		await reader.end();
	} finally {
		await closePools();
		await server.stop();
	}
}

async function logInAsReader(source: DatabaseTemplate): Promise<pg.Client> {
	const owner = getPool(loginSettings(source, OWNER, source.template));
	const { login, password } = await createReader(owner, { tenantId: 'big', login: 'zixly_bench_reader' });
	const client = new pg.Client({ ...loginSettings(source, login, source.template), password });
	await client.connect();
	return client;
}

async function seedRows(adminUrl: string, clients: number): Promise<void> {
	const admin = new pg.Client({ connectionString: adminUrl });
	await admin.connect();
	await admin.query(seed(clients));
	await admin.end();
}

function adminOf(adminUrl: string, database: string): string {
	const url = new URL(adminUrl);
	url.pathname = `/${database}`;
	return url.href;
}

/** One tenant with all these clients, and a hundred with fifty each: 36 rows a client in each of the three tables. */
function seed(clients: number): string {
	return `
		insert into tenants (id, name) values ('big', 'Big');
		insert into tenants (id, name) select 't' || t, 'Tenant ' || t from generate_series(1, 100) t;
		insert into client_kpis (id, tenant_id, client_id, client_name)
			select 'big-c' || c, 'big', 'xero:' || c, 'Client ' || c from generate_series(1, ${clients}) c
			union all select t.id || '-c' || c, t.id, 'xero:' || c, 'Client ' || c
			from tenants t, generate_series(1, 50) c where t.id <> 'big';
		insert into financials (id, client_kpi_id, record_date, revenue, expenses, net_profit, cash_flow, source_system)
			select 'f' || k.id || '-' || n, k.id, (date '2022-01-31' + n * interval '1 month')::date, 100, 40, 60, 10, 'xero'
			from client_kpis k, generate_series(1, 36) n;
		insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, value, status, source_system, external_id)
			select 'l' || k.id || '-' || n, k.id, timestamptz '2024-01-01' + n * interval '20 days', 'lead' || n,
				(array['New', 'Qualified', 'Proposal', 'Won'])[1 + n % 4], n,
				(array['active', 'passed', 'won'])[1 + n % 3], 'hubspot', 'deal:' || n
			from client_kpis k, generate_series(1, 36) n;
		insert into custom_metrics (id, client_kpi_id, metric_name, metric_value, record_date, source_system)
			select 'm' || k.id || '-' || n, k.id,
				(array['throughput', 'open_tasks', 'overdue_tasks', 'on_time_rate'])[1 + n % 4],
				n, timestamptz '2026-01-01' + n * interval '1 day', 'asana'
			from client_kpis k, generate_series(1, 36) n;
		analyze`;
}

async function compare(
	query: DashboardQuery,
	{ asApp, asReader, rounds }: { asApp: Timed; asReader: Timed; rounds: number },
): Promise<Omit<Comparison, 'name'>> {
	const times: Record<'app' | 'reader', number[]> = { app: [], reader: [] };
	for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
		const [app, reader] = [await asApp(query), await asReader(query)];
		if (round < 0) continue;
		times.app.push(app);
		times.reader.push(reader);
	}
	const [app, reader] = [middleOf(times.app), middleOf(times.reader)];
	return { app, reader, factor: reader / app };
}

async function timeOf(client: pg.ClientBase, { text, values }: DashboardQuery): Promise<number> {
	const from = performance.now();
	await client.query(text, values);
	return performance.now() - from;
}

function reportOf(comparisons: Comparison[]): string {
	const shown = (milliseconds: number): string => `${milliseconds.toFixed(1)} ms`.padStart(10);
	const lines = comparisons.map(
		({ name, app, reader, factor }) =>
			`${name.padEnd(45)} zixly_app ${shown(app)}  reader ${shown(reader)}  ${factor.toFixed(2)}x`,
	);
	const [dearest] = [...comparisons].sort((a, b) => b.factor - a.factor);
	const verdict = dearest!.factor <= MAX_FACTOR ? 'within' : 'beyond';
	lines.push(
		`reader: at most ${dearest!.factor.toFixed(2)}x of zixly_app (${dearest!.name}), ${verdict} ${MAX_FACTOR}x`,
	);
	return lines.join('\n');
}

void main(process.argv.slice(2));
