import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTenant, listTenants } from '../../db/tenants';
import { inTenant } from '../../db/transaction';
import { testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
});
afterAll(async () => {
	await database.close();
});

describe('a tenant', () => {
	it('is created and listed by the operator functions', async () => {
		const { id } = await createTenant(database.pool, { name: ' Harbour Coffee ' });
		expect(await listTenants(database.pool)).toEqual([
			{ id, name: 'Harbour Coffee', industry: null, createdAt: expect.any(String) },
		]);
	});

	it('sees itself only', async () => {
		const { id } = await createTenant(database.pool, { name: 'Other' });
		const { rows } = await inTenant(database.pool, id, (client) => client.query('select name from tenants'));
		expect(rows).toEqual([{ name: 'Other' }]);
	});
});
