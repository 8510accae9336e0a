import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { getSqlstate } from '../../../db/postgres/sqlstate';
import { inTenant, type TenantRole } from '../../../db/postgres/transaction';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { rightsOf, type Rights, type RightsByTable } from '../../support/database/rights';
import { contentOf, insertOf, seedTenant, tenantRows, type Row } from '../../support/database/tenant-rows';
import { expectWithMessage } from '../../support/expect/expectations';

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

/** Who acts for a tenant. What each of them may do at all is held by catalogue.test.ts. */
const ROLES: TenantRole[] = ['zixly_app', 'zixly_loader', 'zixly_tokens'];

const rights = new Map<TenantRole, RightsByTable>();
const rightsOn = (role: TenantRole, table: string): Rights => rights.get(role)!.get(table)!;

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	await seedTenant(database.admin, 'owner');
	await seedTenant(database.admin, 'other');
	for (const role of ROLES) rights.set(role, await rightsOf(database.admin, role));
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
		return getSqlstate(error) ?? String(error);
	}
}

async function withoutTenant<T>(work: (client: PoolClient) => Promise<T>, role: TenantRole): Promise<T> {
	const client = await database.pool.connect();
	try {
		await client.query(`begin; set local row_security = on; set local role ${role}`);
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

/** A statement that changes nothing of a row, in a column that the role may write; undefined where it may write none. */
function noChange(role: TenantRole, table: string): string | undefined {
	const [column] = rightsOn(role, table).update;
	return column && `update ${table} set ${column} = ${column}`;
}

const DENIED = '42501';

describe.each(STRANGERS)('%s', (_description, stranger) => {
	describe.each(ROLES)('the role %s', (role) => {
		const as = (statement: Parameters<typeof attempt>[1]) => attempt(stranger, statement, role);

		it.each(TABLES)('reads no row of %s', async (table, row) => {
			const nothing = rightsOn(role, table).select.length > 0 ? 0 : DENIED;
			expect(await as(`select from ${table} where ${conditionOf(row)}`)).toBe(nothing);
			expect(await as(`select count(*) from ${table} having count(*) > 1`)).toBe(nothing);
		});

		it.each(TABLES)('copies no row out of %s and none into it', async (table, row) => {
			const { select, insert } = rightsOn(role, table);
			const columns = select.length > 0 ? select.join(', ') : '*';
			const [nothing, own] = select.length > 0 ? [0, stranger === 'other' ? 1 : 0] : [DENIED, DENIED];
			expect(await as(`copy (select ${columns} from ${table} where ${conditionOf(row)}) to stdout`)).toBe(
				nothing,
			);
			expect(await as(`copy (select ${columns} from ${table}) to stdout`)).toBe(own);
			const into = insert.length > 0 ? `${table} (${insert.join(', ')})` : table;
			expect(await as(`copy ${into} from stdin`)).toBe(insert.length > 0 ? '0A000' : DENIED);
		});

		it.each(TABLES)('inserts and upserts no row into %s', async (table, row) => {
			expect(await as(insertOf(table, NEW_ROWS.get(table) ?? {}))).toBe(DENIED);
			expect(await as(insertOf(table, row, `on conflict do nothing`))).toBe(DENIED);
		});

		it.each(TABLES)('updates, locks and deletes no row of %s and cannot empty it', async (table, row) => {
			const update = noChange(role, table);
			const condition = `where ${conditionOf(row)}`;
			if (update) expect(await as(`${update} ${condition}`)).toBe(0);
			expect(await as(`update ${table} set tenant_id = 'other' ${condition}`)).not.toBe(1);
			expect(await as(`select from ${table} ${condition} for update`)).toBe(update ? 0 : DENIED);
			expect(await as(`delete from ${table} ${condition}`)).toBe(rightsOn(role, table).delete ? 0 : DENIED);
			expect(await as(`truncate ${table} cascade`)).toBe(DENIED);
		});
	});

	it('calls no operator function', async () => {
		const calls = [
			"etl.create_tenant('forged', 'Forged', null, false)",
			"etl.update_tenant('owner', 'Forged', null, true)",
			"etl.pause_tenant('owner', true)",
			"etl.delete_tenant('owner', 'Harbour Coffee')",
			"etl.list_readers('owner')",
			'etl.list_sealed_states(10)',
			"etl.prune('runs', '1 day', 10)",
			'etl.list_tenants(null, 10)',
			'etl.tenants_with_conversions()',
			'etl.currencies_in_use()',
			'etl.rates_missed()',
			'etl.list_integrations(null, null, null, 10)',
			"etl.list_integration_ids('', '', 10)",
			'etl.abandon_runs()',
			"etl.take_over_runs(array['owner-integration'], '1', '1', 'manual', '1 minute')",
			'etl.tenant_of_reader()',
			"etl.add_reader('zixly_test_n8n', 'owner')",
			"etl.remove_reader('owner')",
			"etl.claim_due('xero', array['forged'], '0', '1 minute', null, null, null, null, true, 'stored')",
			"etl.take_runs(array['owner-run'], '1', '1', 'retry', '1 minute')",
			"etl.renew_leases(array['owner-run'], '1 hour')",
			"etl.release_runs(array['owner-run'])",
			'etl.list_runs(null, null, null, null, 10)',
			"etl.get_run('owner-run')",
			"etl.runs_of_execution('1')",
			"etl.sync_health(null, null, '6 hours', 10)",
			'etl.list_rejected_records(null, null, null, null, null, null, null, null, 10)',
			'etl.list_rejected_reasons(null, null, null, null, null)',
			`etl.enter_accounts('owner', 'owner-integration', '[{"id": "forged"}]', true)`,
			"etl.release_accounts('owner', 'owner-integration', null)",
			"etl.accounts_taken('other-integration', 'xero', array['owner-organisation'])",
			"etl.find_connect_link('owner-token-hash', 'owner-link')",
			"etl.consume_connect_state('owner-state-hash', 'browser', 'xero', 'https://n8n.example/callback')",
			"etl.find_waiting_consent('owner-state', 'browser')",
			"etl.tenants_to_connect('xero')",
			"etl.consent_is_shared('other-integration', 'xero', 'person', array['owner-organisation'])",
			'etl.take_connection_events(10)',
			"etl.list_connection_events('owner', null, null, 10)",
		];
		// Locks for the links of the tenant's own clients, which the loader takes.
		const links = ['etl.share_links()', 'etl.hold_links()'];
		for (const role of ROLES)
			for (const call of role === 'zixly_loader' ? calls : [...calls, ...links])
				expectWithMessage(await attempt(stranger, `select * from ${call}`, role), `${role} ${call}`).toBe(
					DENIED,
				);
		const { rows } = await database.admin.query<{ count: string }>(
			"select count(*) from pg_proc where pronamespace = 'etl'::regnamespace and prosecdef",
		);
		expectWithMessage(Number(rows[0]?.count), 'every operator function is called above').toBe(
			calls.length + links.length,
		);
	});
});

describe.each(ROLES)('the owner of the rows, as %s', (role) => {
	it.each(TABLES)('sees its row of %s where it may', async (table, row) => {
		const seen = await attempt('owner', `select from ${table} where ${conditionOf(row)}`, role);
		expect(seen).toBe(rightsOn(role, table).select.length > 0 ? 1 : DENIED);
	});

	it.each(TABLES)('changes its row of %s where it may', async (table, row) => {
		const update = noChange(role, table);
		if (update) expect(await attempt('owner', `${update} where ${conditionOf(row)}`, role)).toBe(1);
	});
});

describe('the other tenant, with rows of its own', () => {
	/** Who may insert into the table at all, so that its policy is what answers. */
	const writerOf = (table: string): TenantRole =>
		ROLES.find((role) => rightsOn(role, table).insert.length > 0)!;

	/** Points at the attacked tenant's parent, or at one that does not exist: the answer must be the same. */
	const pointing: Array<[table: string, column: string, target: string]> = [
		['public.financials', 'client_kpi_id', 'owner-client'],
		['public.lead_events', 'client_kpi_id', 'owner-client'],
		['public.custom_metrics', 'client_kpi_id', 'owner-client'],
		['etl.client_links', 'client_kpi_id', 'owner-client'],
		['etl.sync_runs', 'integration_id', 'owner-integration'],
		['etl.stream_states', 'integration_id', 'owner-integration'],
		['etl.stream_states', 'sync_run_id', 'owner-run'],
		['etl.rejected_records', 'integration_id', 'owner-integration'],
		['etl.rejected_records', 'sync_run_id', 'owner-run'],
		['etl.connect_states', 'link_id', 'owner-link'],
		['etl.connection_events', 'integration_id', 'owner-integration'],
	];

	it.each(pointing)('cannot hang a row of %s on another %s', async (table, column, target) => {
		const row = new Map(tenantRows('other', 'other-new')).get(table) ?? {};
		const messages: string[] = [];
		for (const parent of [target, 'does-not-exist']) {
			const statement = insertOf(table, { ...row, [column]: parent });
			const insert = inTenant(database.pool, 'other', (client) => client.query(statement), writerOf(table));
			const error = await insert.catch((e) => e);
			expect(getSqlstate(error)).toBe('42501');
			messages.push(error.message);
		}
		expect(messages[0]).toBe(messages[1]);
		const move = `update ${table} set ${column} = '${target}'`;
		for (const role of ROLES) expect(await attempt('other', move, role)).toBe(DENIED);
	});

	const moving = TABLES.filter(([, row]) => 'tenant_id' in row);
	it.each(moving)('cannot give a row of %s away', async (table) => {
		for (const role of ROLES)
			expect(await attempt('other', `update ${table} set tenant_id = 'owner'`, role)).toBe(DENIED);
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
		const { rows } = await inTenant(
			database.pool,
			'other',
			(session) => session.query(upsert),
			'zixly_loader',
		);
		expect(rows).toEqual([{ xmax: '0' }]);
	});
});

it('leaves every row of the attacked tenant as it was, with all of the above tried again', async () => {
	const tables = TABLES.map(([table]) => table);
	const before = await contentOf(database.admin, tables);
	for (const [, stranger] of STRANGERS) {
		for (const role of ROLES) {
			for (const [table, row] of TABLES) {
				await attempt(stranger, insertOf(table, NEW_ROWS.get(table) ?? {}), role);
				await attempt(stranger, `${noChange(role, table)} where ${conditionOf(row)}`, role);
				await attempt(stranger, `delete from ${table} where ${conditionOf(row)}`, role);
			}
		}
	}
	expect(await contentOf(database.admin, tables)).toBe(before);
});

async function expectDenied(role: string, statement: string): Promise<void> {
	const client = await database.admin.connect();
	try {
		await client.query(`begin; set local role ${role}; select set_config('app.tenant_id', 'owner', true)`);
		const error = await client.query(statement).catch((e) => e);
		expect(getSqlstate(error)).toBe(DENIED);
	} finally {
		await client.query('rollback');
		client.release();
	}
}

describe.each(['zixly_operator', 'zixly_app', 'zixly_loader', 'zixly_worker'])('a token', (role) => {
	it.each(['access_token', 'refresh_token', '*'])(`is not read by ${role}: %s`, async (column) => {
		await expectDenied(role, `select ${column} from public.integrations`);
	});
});

describe.each(['zixly_operator', 'zixly_app', 'zixly_loader', 'zixly_worker'])(
	'a waiting consent',
	(role) => {
		it.each(['sealed_pair', 'sealed_verifier', '*'])(`is not read by ${role}: %s`, async (column) => {
			await expectDenied(role, `select ${column} from etl.connect_states`);
		});
	},
);
