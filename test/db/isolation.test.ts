import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sqlstateOf } from '../../db/sqlstate';
import { inTenant, type TenantRole } from '../../db/transaction';
import { testDatabase, type TestDatabase } from '../support/database';
import { contentOf, insertOf, seedTenant, tenantRows, type Row } from '../support/tenant-rows';

/** Who tries to reach the rows of tenant `owner`; undefined is a session that never named a tenant. */
const STRANGERS: Array<[description: string, tenantId: string | undefined]> = [
	['no tenant', undefined],
	['the other tenant', 'other'],
	['a forged id', 'cjld2cjxh0000qzrmn831i7rn'],
	['an empty id', ''],
	['a malformed id', "' or true --"],
	['a list of ids', '{owner,other}'],
	['the id in other case', 'OWNER'],
];

/** Stands in for the tables that a test tries; the rows are those of the tenant that is attacked. */
const TABLES = tenantRows('owner');
const NEW_ROWS = new Map(tenantRows('owner', 'owner-new'));

/** Tables that a tenant may only read: the right is missing, whatever the policies say. */
const READ_ONLY = new Set(['public.tenants']);
const NO_DELETE = new Set(['public.tenants', 'etl.sync_runs', 'etl.accounts']);
/** What an operator function alone enters; a tenant changes some columns of it, and no key. */
const ENTERED_FOR_IT = new Set(['etl.accounts']);

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	await seedTenant(database.admin, 'owner');
	await seedTenant(database.admin, 'other');
});
afterAll(async () => {
	await database.close();
});

/** Runs one statement as the stranger; gives the number of rows or the SQLSTATE. */
async function attempt(
	tenantId: string | undefined,
	statement: string | { text: string; values: unknown[] },
	role: TenantRole = 'zixly_app',
): Promise<number | string> {
	const work = async (client: PoolClient) => (await client.query(statement)).rowCount ?? 0;
	try {
		return tenantId === undefined
			? await withoutTenant(work, role)
			: await inTenant(database.pool, tenantId, work, role);
	} catch (error) {
		return sqlstateOf(error) ?? String(error);
	}
}

async function withoutTenant<T>(work: (client: PoolClient) => Promise<T>, role: TenantRole): Promise<T> {
	const client = await database.pool.connect();
	try {
		await client.query(`begin; set local role ${role}`);
		return await work(client);
	} finally {
		await client.query('rollback');
		client.release();
	}
}

/** Something that a row of the attacked tenant has and nobody else's. */
function conditionOf(row: Row): string {
	const [column, value] = Object.entries(row).find(([, v]) => String(v).startsWith('owner')) ?? [];
	return `${column} = '${value}'`;
}

const noChange = (row: Row): string => `${Object.keys(row)[0]} = ${Object.keys(row)[0]}`;

describe.each(STRANGERS)('%s', (_description, stranger) => {
	it.each(TABLES)('reads no row of %s', async (table, row) => {
		expect(await attempt(stranger, `select from ${table} where ${conditionOf(row)}`)).toBe(0);
		expect(await attempt(stranger, `select count(*) from ${table} having count(*) > 1`)).toBe(0);
	});

	it.each(TABLES)('copies no row out of %s and none into it', async (table, row) => {
		expect(await attempt(stranger, `copy (select * from ${table} where ${conditionOf(row)}) to stdout`)).toBe(
			0,
		);
		expect(await attempt(stranger, `copy ${table} to stdout`)).toBe(stranger === 'other' ? 1 : 0);
		const refusal = READ_ONLY.has(table) || ENTERED_FOR_IT.has(table) ? '42501' : '0A000';
		expect(await attempt(stranger, `copy ${table} from stdin`)).toBe(refusal);
	});

	it.each(TABLES)('inserts no row into %s', async (table) => {
		expect(await attempt(stranger, insertOf(table, NEW_ROWS.get(table) ?? {}))).toBe('42501');
	});

	it.each(TABLES)('upserts no row into %s', async (table, row) => {
		const statement = insertOf(table, row, `on conflict do nothing`);
		expect(await attempt(stranger, statement)).toBe('42501');
	});

	it.each(TABLES)('updates and locks no row of %s', async (table, row) => {
		const nothing = READ_ONLY.has(table) ? '42501' : 0;
		expect(await attempt(stranger, `update ${table} set ${noChange(row)} where ${conditionOf(row)}`)).toBe(
			ENTERED_FOR_IT.has(table) ? '42501' : nothing,
		);
		expect(await attempt(stranger, `select from ${table} where ${conditionOf(row)} for update`)).toBe(
			nothing,
		);
	});

	it.each(TABLES)('deletes no row of %s and cannot empty it', async (table, row) => {
		const nothing = NO_DELETE.has(table) ? '42501' : 0;
		expect(await attempt(stranger, `delete from ${table} where ${conditionOf(row)}`)).toBe(nothing);
		expect(await attempt(stranger, `truncate ${table} cascade`)).toBe('42501');
	});

	it('calls no operator function', async () => {
		const calls = [
			"etl.create_tenant('forged', 'Forged', null, false)",
			'etl.list_tenants(null, 10)',
			'etl.tenants_with_conversions()',
			'etl.currencies_in_use()',
			'etl.rates_missed()',
			'etl.list_integrations(null, null, null, 10)',
			'etl.abandon_runs()',
			"etl.claim_due('xero', array['forged'], '0', '1 minute', null, null, true, 'stored')",
			"etl.renew_leases(array['owner-run'], '1 hour')",
			"etl.release_runs(array['owner-run'])",
			'etl.list_runs(null, null, null, null, 10)',
			"etl.runs_of_execution('1')",
			"etl.sync_health(null, null, '6 hours', 10)",
			'etl.list_rejected_records(null, null, null, null, null, null, null, null, 10)',
			`etl.enter_accounts('owner', 'owner-integration', '[{"id": "forged"}]', true)`,
			'etl.share_links()',
			'etl.hold_links()',
			"etl.release_accounts('owner', 'owner-integration', null)",
			"etl.accounts_taken('other-integration', 'xero', array['owner-organisation'])",
		];
		for (const call of calls) expect(await attempt(stranger, `select * from ${call}`), call).toBe('42501');
		const { rows } = await database.admin.query<{ count: string }>(
			"select count(*) from pg_proc where pronamespace = 'etl'::regnamespace and prosecdef",
		);
		expect(Number(rows[0]?.count), 'every operator function is called above').toBe(calls.length);
	});
});

/** What zixly_worker, which loads, has policies of its own for. */
const LOADED = TABLES.filter(([, row]) => 'client_kpi_id' in row && !('tenant_id' in row));

describe.each(STRANGERS)('%s, as zixly_worker,', (_description, stranger) => {
	it.each(LOADED)('reaches no row of %s', async (table, row) => {
		const as = (statement: Parameters<typeof attempt>[1]) => attempt(stranger, statement, 'zixly_worker');
		const where = `where ${conditionOf(row)}`;
		expect(await as(`select from ${table} ${where}`)).toBe(0);
		expect(await as(insertOf(table, NEW_ROWS.get(table) ?? {}))).toBe('42501');
		expect(await as(insertOf(table, row, 'on conflict do nothing'))).toBe('42501');
		expect(await as(`update ${table} set ${noChange(row)} ${where}`)).toBe(0);
		expect(await as(`delete from ${table} ${where}`)).toBe(0);
	});
});

describe('the owner of the rows', () => {
	it.each(LOADED)('sees and changes its row of %s as zixly_worker', async (table, row) => {
		const change = `update ${table} set ${noChange(row)} where ${conditionOf(row)}`;
		expect(await attempt('owner', change, 'zixly_worker')).toBe(1);
	});

	it.each(TABLES)('sees its row of %s', async (table, row) => {
		expect(await attempt('owner', `select from ${table} where ${conditionOf(row)}`)).toBe(1);
	});

	it.each(TABLES.filter(([table]) => !READ_ONLY.has(table) && !ENTERED_FOR_IT.has(table)))(
		'may change its row of %s',
		async (table, row) => {
			expect(await attempt('owner', `update ${table} set ${noChange(row)} where ${conditionOf(row)}`)).toBe(
				1,
			);
		},
	);
});

describe('the other tenant, with rows of its own', () => {
	/** Points at the attacked tenant's parent, or at one that does not exist: the answer must be the same. */
	const pointing: Array<[table: string, column: string, target: string]> = [
		['public.financials', 'client_kpi_id', 'owner-client'],
		['public.lead_events', 'client_kpi_id', 'owner-client'],
		['public.custom_metrics', 'client_kpi_id', 'owner-client'],
		['etl.client_links', 'client_kpi_id', 'owner-client'],
		['etl.sync_runs', 'integration_id', 'owner-integration'],
		['etl.accounts', 'integration_id', 'owner-integration'],
		['etl.stream_states', 'integration_id', 'owner-integration'],
		['etl.stream_states', 'sync_run_id', 'owner-run'],
		['etl.rejected_records', 'integration_id', 'owner-integration'],
		['etl.rejected_records', 'sync_run_id', 'owner-run'],
	];

	it.each(pointing)('cannot hang a row of %s on another %s', async (table, column, target) => {
		const row = new Map(tenantRows('other', 'other-new')).get(table) ?? {};
		const messages: string[] = [];
		for (const parent of [target, 'does-not-exist']) {
			const statement = insertOf(table, { ...row, [column]: parent });
			const error = await inTenant(database.pool, 'other', (client) => client.query(statement)).catch(
				(e) => e,
			);
			expect(sqlstateOf(error)).toBe('42501');
			messages.push(error.message);
		}
		expect(messages[0]).toBe(messages[1]);
		expect(await attempt('other', `update ${table} set ${column} = '${target}'`)).toBe('42501');
	});

	const moving = TABLES.filter(([table, row]) => 'tenant_id' in row && !READ_ONLY.has(table));
	it.each(moving)('cannot give a row of %s away', async (table) => {
		expect(await attempt('other', `update ${table} set tenant_id = 'owner'`)).toBe('42501');
	});

	it('inserts its own row where another tenant has the same natural key, and learns nothing', async () => {
		const client = { id: 'other-client-2', tenant_id: 'other', client_id: 'xero:2', client_name: 'Mine' };
		await database.admin.query(
			insertOf('client_kpis', { ...client, id: 'owner-client-2', tenant_id: 'owner' }),
		);
		const upsert = insertOf(
			'client_kpis',
			client,
			'on conflict (tenant_id, client_id) do update set client_name = excluded.client_name returning xmax',
		);
		const { rows } = await inTenant(database.pool, 'other', (session) => session.query(upsert));
		expect(rows).toEqual([{ xmax: '0' }]);
	});
});

it('leaves every row of the attacked tenant as it was, with all of the above tried again', async () => {
	const tables = TABLES.map(([table]) => table);
	const before = await contentOf(database.admin, tables);
	for (const [, stranger] of STRANGERS) {
		for (const [table, row] of TABLES) {
			await attempt(stranger, insertOf(table, NEW_ROWS.get(table) ?? {}));
			await attempt(stranger, `update ${table} set ${noChange(row)} where ${conditionOf(row)}`);
			await attempt(stranger, `delete from ${table} where ${conditionOf(row)}`);
		}
	}
	expect(await contentOf(database.admin, tables)).toBe(before);
});

describe('a token', () => {
	it.each(['access_token', 'refresh_token', '*'])(
		'is not read by the operator functions’ role: %s',
		async (column) => {
			const client = await database.admin.connect();
			try {
				await client.query('begin; set local role zixly_operator');
				const error = await client.query(`select ${column} from integrations`).catch((e) => e);
				expect(sqlstateOf(error)).toBe('42501');
			} finally {
				await client.query('rollback');
				client.release();
			}
		},
	);
});
