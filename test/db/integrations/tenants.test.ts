import { beforeEach, describe, expect, it } from '@jest/globals';

import { createTenant, listTenants } from '../../../db/integrations/tenants';
import { createTenants } from '../../../nodes/Database/tenant/create';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

describe('creating a tenant again', () => {
	it('gives the one of this name back, whatever its capitals, among however many that hold the name', async () => {
		await database.admin.query(
			"insert into tenants (id, name) select 'a' || n, 'A Harbour ' || n from generate_series(1, 150) n",
		);
		const first = await createTenant(database.pool, { name: 'Harbour', industry: 'Coffee' });
		expect(first).toMatchObject({ name: 'Harbour', industry: 'Coffee', created: true });
		const again = await createTenant(database.pool, { name: 'HARBOUR', reuse: true });
		expect(again).toEqual({ ...first, created: false });
	});

	it('makes one, also where twenty ask at once', async () => {
		const given = await Promise.all(
			Array.from({ length: 20 }, () => createTenant(database.pool, { name: 'Southern', reuse: true })),
		);
		expect(new Set(given.map(({ id }) => id)).size).toBe(1);
		expect(given.filter(({ created }) => created)).toHaveLength(1);
		expect(await listTenants(database.pool)).toHaveLength(1);
	});

	it('makes another one only where the person allows it', async () => {
		const create = async (additionalFields: object) => {
			const parameters = { name: 'Harbour', additionalFields };
			const context = nodeContext({ database: database.settings, items: [{}], parameters });
			return (await createTenants(context)).map(({ json }) => json.created);
		};
		expect(await create({})).toEqual([true]);
		expect(await create({})).toEqual([false]);
		expect(await create({ allowDuplicate: true })).toEqual([true]);
		expect(await listTenants(database.pool)).toHaveLength(2);
	});
});
