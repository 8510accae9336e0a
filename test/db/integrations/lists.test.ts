import { beforeAll, describe, expect, it } from '@jest/globals';

import type { DatabaseSettings } from '../../../db/postgres/pool';
import { searchClients, searchIntegrations, searchTenants } from '../../../nodes/adapter/lists';
import { useDatabase } from '../../support/database/use-database';
import { listNames, type Search } from '../../support/n8n/list-search';

const database = useDatabase();

/** The names that a list of the editor shows while the node's fields have these values. */
const list = async (
	search: Search,
	chosen: Record<string, unknown> = {},
	{ filter = '', settings = database.settings as DatabaseSettings } = {},
): Promise<string[]> => await listNames(settings, search, chosen, filter);

const add = async (id: string, name: string): Promise<void> => {
	await database.admin.query('insert into tenants (id, name) values ($1, $2)', [id, name]);
};

const connect = async (tenant: string, provider: string, status = 'ACTIVE', metadata = {}): Promise<void> => {
	await database.admin.query(
		'insert into integrations (id, tenant_id, provider, status, metadata) values ($1, $2, $3, $4, $5)',
		[`${tenant}-${provider}`, tenant, provider, status, metadata],
	);
};

describe('a list that has nothing to show', () => {
	it('the list of tenants says that one must be created', async () => {
		await expect(list(searchTenants)).rejects.toThrow('There is no tenant yet');
	});

	it('the list of clients says that a tenant comes first', async () => {
		await expect(list(searchClients)).rejects.toThrow('Choose a tenant first');
	});

	it('tells a failure of the database in the node’s own words', async () => {
		const settings = { ...database.settings, host: 'no-such-host.invalid' };
		await expect(list(searchTenants, {}, { settings })).rejects.toMatchObject({
			message: expect.not.stringContaining('getaddrinfo'),
			description: expect.stringContaining('The host was not found. Check its name'),
		});
	});
});

describe('a list of connections', () => {
	beforeAll(async () => {
		await add('harbour', 'Harbour Group');
		await add('kiwi', 'Kiwi Group');
		await connect('harbour', 'xero');
		await connect('harbour', 'asana');
		await connect('kiwi', 'xero', 'PENDING');
		await connect('kiwi', 'hubspot', 'ACTIVE', { authentication: 'n8n' });
	});

	it('shows tenant and provider in words, and the status only where it is not active', async () => {
		expect((await list(searchIntegrations)).sort()).toEqual([
			'Harbour Group – Asana',
			'Harbour Group – Xero',
			'Kiwi Group – HubSpot',
			'Kiwi Group – Xero (waiting for token)',
		]);
	});

	it.each([
		['the provider', { provider: 'asana' }, ['Harbour Group – Asana']],
		[
			'the authentication',
			{ provider: 'hubspot', authentication: 'n8nCredential' },
			['Kiwi Group – HubSpot'],
		],
		[
			'nothing unknown',
			{ provider: 'asana', authentication: 'storedIntegration' },
			['Harbour Group – Asana'],
		],
	])('is filtered by %s that was chosen before', async (_by, chosen, expected) => {
		expect(await list(searchIntegrations, chosen)).toEqual(expected);
	});

	it('is searched by what it shows', async () => {
		expect(await list(searchIntegrations, {}, { filter: 'hubspot' })).toEqual(['Kiwi Group – HubSpot']);
		expect(await list(searchIntegrations, {}, { filter: 'nobody' })).toEqual([]);
	});

	it('says why it is empty, in the provider’s name', async () => {
		const chosen = { provider: 'hubspot', authentication: 'storedIntegration' };
		await expect(list(searchIntegrations, chosen)).rejects.toThrow('such a connection to HubSpot yet');
	});

	it('the list of clients says that a first sync creates them', async () => {
		await expect(list(searchClients, { tenantId: 'harbour' })).rejects.toThrow('has no clients yet');
	});
});
