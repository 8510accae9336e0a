import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { getPool } from '../../../db/postgres/pool';
import { asWorker, inTenant } from '../../../db/postgres/transaction';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { seedTenant } from '../../support/database/tenant-rows';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
	database = await testDatabase();
	await seedTenant(database.admin, 'owner');
});
afterAll(async () => {
	await database.close();
});

/** A pool of one connection: whoever comes next borrows the very same. */
beforeEach(() => {
	pool = getPool({ ...database.settings, maxConnections: 1 });
});
afterEach(async () => {
	await pool.end();
});

const pid = async (client: pg.ClientBase | pg.Pool) =>
	(await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;

async function leftovers() {
	const { rows } = await pool.query(
		`select current_user = session_user as "ownRole", coalesce(current_setting('app.tenant_id', true), '') as tenant,
			has_table_privilege('public.client_kpis', 'select') as reads`,
	);
	return rows[0];
}

const CLEAN = { ownRole: true, tenant: '', reads: false };

describe('a pooled connection borrowed again', () => {
	it('knows no tenant after a commit', async () => {
		const before = await inTenant(pool, 'owner', async (client) => {
			expect((await client.query('select from client_kpis')).rowCount).toBe(1);
			return await pid(client);
		});
		expect(await leftovers()).toEqual(CLEAN);
		expect(await pid(pool)).toBe(before);
	});

	it('knows no tenant after an error in our code', async () => {
		let before: number | undefined;
		const work = inTenant(pool, 'owner', async (client) => {
			before = await pid(client);
			throw new Error('made up');
		});
		await expect(work).rejects.toThrow('made up');
		expect(await leftovers()).toEqual(CLEAN);
		expect(await pid(pool)).toBe(before);
	});

	it('knows no tenant after a statement that the server refused', async () => {
		await expect(inTenant(pool, 'owner', (client) => client.query('select 1 / 0'))).rejects.toThrow(
			/division/,
		);
		expect(await leftovers()).toEqual(CLEAN);
	});

	it('knows no tenant after work as the worker role', async () => {
		await asWorker(pool, (client) => client.query('select * from etl.list_tenants(null, 1)'));
		expect(await leftovers()).toEqual(CLEAN);
	});

	it('is not lent out again once the server has cut it', async () => {
		let before: number | undefined;
		const work = inTenant(pool, 'owner', async (client) => {
			before = await pid(client);
			await database.admin.query('select pg_terminate_backend($1)', [before]);
			return await client.query('select 1');
		});
		await expect(work).rejects.toThrow();
		expect(await leftovers()).toEqual(CLEAN);
		expect(await pid(pool)).not.toBe(before);
	});
});

describe('a transaction', () => {
	it('reports no success when a statement in it had failed unnoticed', async () => {
		const work = inTenant(pool, 'owner', async (client) => {
			await client.query("update integrations set status = 'DISABLED'");
			await client.query('select 1 / 0').catch(() => undefined);
		});
		await expect(work).rejects.toThrow(/rolled back/);
	});

	it('says which grant is missing when the login may not act for a tenant', async () => {
		await database.admin.query("create role zixly_test_stranger login password 'made-up'");
		const login = { user: 'zixly_test_stranger', password: 'made-up' };
		const stranger = getPool({ ...database.settings, ...login });
		try {
			await expect(inTenant(stranger, 'owner', async () => 1)).rejects.toThrow(
				'grant zixly_worker to "zixly_test_stranger"',
			);
		} finally {
			await stranger.end();
			await database.admin.query('drop role zixly_test_stranger');
		}
	});
});

it('a pool that is being closed is replaced', async () => {
	const settings = { ...database.settings, maxConnections: 3 };
	const before = getPool(settings);
	const client = await before.connect();
	const ended = before.end();
	const after = getPool(settings);
	client.release();
	await ended;
	expect(after).not.toBe(before);
	await after.end();
});
