import pg from 'pg';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { createReader } from '../../db/readers/logins';
import { inTenant } from '../../db/postgres/transaction';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { seedTenant } from '../support/database/tenant-rows';

const LOGIN = `zixly_test_estimates_${process.pid}`;

/** Of another tenant, often enough to be among the most common values, and between the bounds of a histogram. */
const THEIRS = `
	insert into tenants (id, name, industry)
		select 'other' || n, 'Quarry ' || n, 'Quarrying ' || n % 3 from generate_series(1, 300) n;
	insert into client_kpis (id, tenant_id, client_id, client_name, industry)
		select 'c' || n, 'theirs', 'manual:Quarry ' || n, 'Quarry ' || n / 3, 'Quarrying' from generate_series(1, 3000) n;
	insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, status, external_id)
		select 'e' || n, 'c' || n, now(), '7', 'Quarry ' || n % 5, 'active', 'x' from generate_series(1, 3000) n;
	insert into custom_metrics (id, client_kpi_id, metric_name, metric_value, unit, record_date)
		select 'm' || n, 'c' || n, 'quarry_' || n % 5, n, 'Quarry ' || n % 5, now() from generate_series(1, 3000) n;
	analyze`;

/** What people wrote, with a value that the other tenant has, and one that nobody has. */
const WRITTEN: Array<[table: string, column: string, theirs: string, nobodys: string]> = [
	['tenants', 'name', 'Quarry 7', 'Mill 7'],
	['tenants', 'industry', 'Quarrying 1', 'Milling 1'],
	['client_kpis', 'client_id', 'manual:Quarry 7', 'manual:Mill 7'],
	['client_kpis', 'client_name', 'Quarry 7', 'Mill 7'],
	['client_kpis', 'industry', 'Quarrying', 'Milling'],
	['lead_events', 'stage', 'Quarry 1', 'Mill 1'],
	['custom_metrics', 'metric_name', 'quarry_1', 'mill_1'],
	['custom_metrics', 'unit', 'Quarry 1', 'Mill 1'],
];

/** Equal to a value, and between neighbours of it: by halves, names could be spelled out. */
const QUESTIONS: Array<(column: string, value: string) => string> = [
	(column, value) => `${column} = '${value}'`,
	(column, value) => `${column} in ('${value}', 'Made up')`,
	(column, value) => `${column} < '${value}'`,
	(column, value) => `${column} between '${value}' and '${value}~'`,
	(column, value) => `starts_with(${column}, '${value}')`,
	(column, value) => `${column} like '${value}%'`,
];

type Ask = (text: string) => Promise<pg.QueryResult>;

let database: TestDatabase;
let reader: pg.Client;
beforeAll(async () => {
	database = await testDatabase();
	for (const tenant of ['mine', 'theirs']) await seedTenant(database.admin, tenant);
	await database.admin.query(THEIRS);
	const { password } = await createReader(database.admin, { tenantId: 'mine', login: LOGIN });
	reader = new pg.Client({ ...database.settings, user: LOGIN, password });
	await reader.connect();
});
afterAll(async () => {
	await reader?.end();
	await database.admin.query(`drop owned by "${LOGIN}"; drop role "${LOGIN}"`);
	await database.close();
});

async function estimateOf(ask: Ask, table: string, condition: string): Promise<string> {
	const { rows } = await ask(`explain (format text) select * from public.${table} where ${condition}`);
	const text = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
	return [...text.matchAll(/\(cost=\S+ rows=\d+ width=\d+\)/g)].join(' ');
}

/** Gained is a difference between what somebody else has and what nobody has. */
async function compare(ask: Ask, who: string): Promise<Attack[]> {
	const attacks: Attack[] = [];
	for (const [table, column, theirs, nobodys] of WRITTEN) {
		for (const question of QUESTIONS) {
			const [one, other] = [question(column, theirs), question(column, nobodys)];
			const estimates = [await estimateOf(ask, table, one), await estimateOf(ask, table, other)];
			const gained = estimates[0] === estimates[1] ? undefined : estimates;
			attacks.push({ name: `${who}: ${table} where ${one}`, gained });
		}
	}
	return attacks;
}

it('the planner’s estimates tell nothing of what other tenants wrote', async () => {
	const asApp: Ask = async (text) => await inTenant(database.pool, 'mine', (client) => client.query(text));
	const asReader: Ask = async (text) => await reader.query(text);
	expectRepelled('estimates: names of others', [
		...(await compare(asReader, 'reader')),
		...(await compare(asApp, 'zixly_app')),
	]);
	// The comparison can notice: a status is of a closed list, and its statistics are kept.
	const common = await estimateOf(asReader, 'lead_events', "status = 'active'");
	expect(await estimateOf(asReader, 'lead_events', "status = 'nobody'")).not.toBe(common);
});
