import { describe, expect, it } from '@jest/globals';

import {
	createIntegration,
	listIntegrations,
	setIntegrationStatus,
	type NewIntegration,
} from '../../../db/integrations/integrations';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { claimDue } from '../../../db/runs/claim';
import { finishRun } from '../../../db/runs/finish';
import { createTenant } from '../../../db/integrations/tenants';
import { storeTokens } from '../../../db/vault/token-store';
import { useDatabase } from '../../support/database/use-database';
import { createConnection } from '../../../nodes/Integrations/connection/create';
import { nodeContext } from '../../support/n8n/node-context';
import { holder } from '../../support/database/run-holder';

const database = useDatabase();

const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });
const tokens = {
	accessToken: 'made-up-access-token-1',
	refreshToken: 'made-up-refresh-token-1',
	expiresAt: new Date('2030-01-01T00:00:00Z'),
};

async function tenant(name: string): Promise<string> {
	return (await createTenant(database.pool, { name })).id;
}

async function connect(tenantId: string, input: Partial<NewIntegration> = {}) {
	return await createIntegration(database.pool, {
		tenantId,
		provider: 'xero',
		authentication: 'stored',
		...input,
	});
}

async function connectWithTokens(tenantId: string) {
	const integration = await connect(tenantId);
	await storeTokens(database.pool, ring, integration, tokens);
	return integration;
}

/** Switches a connection and says what it is then. */
async function switched(integrationId: string, status: 'ACTIVE' | 'DISABLED'): Promise<string> {
	const summary = await setIntegrationStatus(database.pool, { integrationId, status });
	const [listed] = await listIntegrations(database.pool, { tenantId: summary.tenantId });
	expect(listed?.status).toBe(summary.status);
	return summary.status;
}

describe('a new connection', () => {
	it('waits for its token', async () => {
		const tenantId = await tenant('Waiting');
		expect(await connect(tenantId, { metadata: { basis: 'cash' } })).toEqual({
			integrationId: expect.stringMatching(/^c\w{20,}$/),
			tenantId,
			provider: 'xero',
			status: 'PENDING',
			metadata: { basis: 'cash' },
			created: true,
		});
	});

	it('is ready at once where n8n keeps the token', async () => {
		const made = await connect(await tenant('Ready'), { authentication: 'n8n', metadata: { basis: 'cash' } });
		expect(made).toMatchObject({
			status: 'ACTIVE',
			metadata: { basis: 'cash', authentication: 'n8n' },
			created: true,
		});
	});

	it('is made once, however often and by however many it is asked for', async () => {
		const tenantId = await tenant('Once');
		const made = await Promise.all(Array.from({ length: 20 }, async () => await connect(tenantId)));
		expect(new Set(made.map(({ integrationId }) => integrationId)).size).toBe(1);
		expect(made.filter(({ created }) => created)).toHaveLength(1);
		expect(await listIntegrations(database.pool, { tenantId })).toHaveLength(1);
	});

	it('leaves the one there is as it is', async () => {
		const tenantId = await tenant('There');
		const { integrationId } = await connectWithTokens(tenantId);
		expect(await connect(tenantId, { metadata: { basis: 'cash' } })).toEqual({
			integrationId,
			tenantId,
			provider: 'xero',
			status: 'ACTIVE',
			metadata: {},
			created: false,
		});
	});

	it('is one per provider', async () => {
		const tenantId = await tenant('Two providers');
		await connect(tenantId);
		expect(await connect(tenantId, { provider: 'hubspot' })).toMatchObject({ created: true });
	});

	it('needs a tenant that exists', async () => {
		await expect(connect('unknown')).rejects.toThrow(/There is no tenant "unknown".*lists the existing ones/);
	});
});

describe('the other way of authentication', () => {
	it('is taken while the connection was never used, and back again', async () => {
		const tenantId = await tenant('Mind changed');
		await connect(tenantId, { metadata: { basis: 'cash' } });
		expect(await connect(tenantId, { authentication: 'n8n' })).toMatchObject({
			status: 'ACTIVE',
			metadata: { basis: 'cash', authentication: 'n8n' },
			created: false,
		});
		expect(await connect(tenantId)).toMatchObject({ status: 'PENDING', metadata: { basis: 'cash' } });
	});

	it('does not switch on what a person switched off', async () => {
		const tenantId = await tenant('Off');
		const { integrationId } = await connect(tenantId);
		await switched(integrationId, 'DISABLED');
		expect(await connect(tenantId, { authentication: 'n8n' })).toMatchObject({ status: 'DISABLED' });
	});

	it('is refused where a token lies in the vault, which stays', async () => {
		const tenantId = await tenant('Vault');
		await connectWithTokens(tenantId);
		await expect(connect(tenantId, { authentication: 'n8n' })).rejects.toThrow(/Choose Zixly Vault/);
		expect(await connect(tenantId)).toMatchObject({ status: 'ACTIVE', metadata: {} });
	});

	it('is refused where an n8n credential has synced already', async () => {
		const tenantId = await tenant('Synced');
		const { integrationId } = await connect(tenantId, { authentication: 'n8n' });
		const [run] = await claimDue(database.pool, {
			provider: 'xero',
			limit: 1,
			syncEveryHours: 6,
			holder: holder('execution-1'),
			authentication: 'n8n',
			integrationId,
			runNow: true,
		});
		await finishRun(database.pool, { tenantId, syncRunId: run!.syncRunId, status: 'succeeded' });
		await expect(connect(tenantId)).rejects.toThrow(/Choose Credential in n8n/);
		expect(await connect(tenantId, { authentication: 'n8n' })).toMatchObject({ status: 'ACTIVE' });
	});
});

describe('the list', () => {
	it('shows every tenant’s connections by name, of a provider or a tenant, and no token', async () => {
		const first = await tenant('AA list');
		const second = await tenant('AB list');
		const { integrationId } = await connectWithTokens(first);
		await connect(second, { provider: 'hubspot' });
		const all = await listIntegrations(database.pool, {});
		expect(all.slice(0, 2).map(({ tenantName, status }) => [tenantName, status])).toEqual([
			['AA list', 'ACTIVE'],
			['AB list', 'PENDING'],
		]);
		expect(await listIntegrations(database.pool, { tenantId: first })).toEqual([
			{
				integrationId,
				tenantId: first,
				tenantName: 'AA list',
				provider: 'xero',
				status: 'ACTIVE',
				metadata: {},
				expiresAt: '2030-01-01T00:00:00.000Z',
				lastSyncAt: null,
				createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
				lastRunStatus: null,
				lastRunFinishedAt: null,
				retryAt: null,
				runningSince: null,
			},
		]);
		expect(await listIntegrations(database.pool, { provider: 'hubspot', tenantId: first })).toEqual([]);
		expect(await listIntegrations(database.pool, { limit: 1 })).toHaveLength(1);
		const sealed = await database.admin.query<{ token: string }>(
			"select unnest(array[access_token, refresh_token]) as token from integrations where access_token <> ''",
		);
		const text = JSON.stringify(all);
		for (const secret of [tokens.accessToken, tokens.refreshToken, ...sealed.rows.map(({ token }) => token)])
			expect(text).not.toContain(secret);
	});
});

describe('switching', () => {
	it('stops a connection and starts it again, its token untouched', async () => {
		const { integrationId } = await connectWithTokens(await tenant('Switched'));
		expect(await switched(integrationId, 'DISABLED')).toBe('DISABLED');
		expect(await switched(integrationId, 'DISABLED')).toBe('DISABLED');
		expect(await switched(integrationId, 'ACTIVE')).toBe('ACTIVE');
		const { rows } = await database.admin.query(
			'select access_token like $2 as sealed from integrations where id = $1',
			[integrationId, `v1.${id}.%`],
		);
		expect(rows).toEqual([{ sealed: true }]);
	});

	it('leaves the other connections alone', async () => {
		const { integrationId } = await connectWithTokens(await tenant('Switched alone'));
		const other = await tenant('Not switched');
		await connectWithTokens(other);
		await switched(integrationId, 'DISABLED');
		expect(await listIntegrations(database.pool, { tenantId: other })).toMatchObject([{ status: 'ACTIVE' }]);
	});

	it('leaves one without a token waiting for it, unless n8n keeps the token', async () => {
		const waiting = await connect(await tenant('No token'));
		await switched(waiting.integrationId, 'DISABLED');
		expect(await switched(waiting.integrationId, 'ACTIVE')).toBe('PENDING');
		const ready = await connect(await tenant('Kept by n8n'), { authentication: 'n8n' });
		await switched(ready.integrationId, 'DISABLED');
		expect(await switched(ready.integrationId, 'ACTIVE')).toBe('ACTIVE');
	});

	it('needs a connection that exists', async () => {
		const unknown = { integrationId: 'unknown', status: 'ACTIVE' } as const;
		await expect(setIntegrationStatus(database.pool, unknown)).rejects.toThrow(
			/There is no connection "unknown".*Get Many lists/,
		);
	});
});

describe('Connection: Create, where the tenant has one already', () => {
	async function create(tenantId: string, provider: string, options: object = {}) {
		const parameters = { tenantId, provider, authentication: 'n8nCredential', options };
		const context = nodeContext({ database: database.settings, items: [{}], parameters });
		const [item] = await createConnection(context);
		return { created: item?.json.created, hints: context.hints };
	}

	it.each([
		['myob', 'MYOB', 'company file'],
		['hubspot', 'HubSpot', 'portal'],
		['pipedrive', 'Pipedrive', 'company'],
	])('says what to do with a second one: %s', async (provider, name, account) => {
		const tenantId = await tenant(`Two of ${provider}`);
		expect(await create(tenantId, provider)).toEqual({ created: true, hints: [] });
		expect(await create(tenantId, provider)).toEqual({
			created: false,
			hints: [
				`The tenant already had a connection to ${name}, which was returned unchanged. A tenant has one connection per provider. For another ${account} that needs a consent of its own, create another tenant.`,
			],
		});
		const { hints } = await create(tenantId, provider, { timezone: 'Australia/Sydney' });
		expect(hints).toEqual([
			expect.stringContaining('Its settings were not changed: use Connection: Update.'),
		]);
	});
});
