import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { closePools, getPool } from '../../../db/postgres/pool';
import { listTenants } from '../../../db/integrations/tenants';
import { inTenant } from '../../../db/postgres/transaction';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { seedTenant } from '../../support/database/tenant-rows';
import { startTransactionPooler, type TransactionPooler } from '../../support/database/transaction-pooler';

let database: TestDatabase;
let pooler: TransactionPooler;
beforeAll(async () => {
	database = await testDatabase();
	await seedTenant(database.admin, 'one');
	await seedTenant(database.admin, 'two');
	pooler = await startTransactionPooler(database.settings);
});
afterAll(async () => {
	await closePools();
	await pooler.close();
	await database.close();
});

describe('a pooler in transaction mode whose clients share one session', () => {
	it('two tenants at once see their own rows only', async () => {
		const pool = getPool(pooler.settings);
		const visits = Array.from({ length: 20 }, (_, index) => (index % 2 ? 'one' : 'two'));
		const seen = await Promise.all(
			visits.map((tenant) =>
				inTenant(pool, tenant, async (client) => {
					const { rows } = await client.query<{ id: string; pid: number }>(
						'select id, pg_backend_pid() as pid from client_kpis where $1 = $1',
						['parameter'],
					);
					return rows;
				}),
			),
		);
		expect(seen.map((rows) => rows.map(({ id }) => id))).toEqual(
			visits.map((tenant) => [`${tenant}-client`]),
		);
		expect(new Set(seen.flat().map(({ pid }) => pid)).size).toBe(1);
		expect(pool.totalCount).toBeGreaterThan(1);
	});

	it('the next one finds neither tenant nor role, also after an error', async () => {
		const pool = getPool(pooler.settings);
		await expect(inTenant(pool, 'one', (client) => client.query('select 1 / 0'))).rejects.toThrow();
		const { rows } = await pool.query(
			`select current_user = session_user as own, coalesce(current_setting('app.tenant_id', true), '') as tenant,
				has_table_privilege('public.client_kpis', 'select') as reads`,
		);
		expect(rows).toEqual([{ own: true, tenant: '', reads: false }]);
	});

	it('the operator functions answer', async () => {
		expect(await listTenants(getPool(pooler.settings))).toHaveLength(2);
	});
});
