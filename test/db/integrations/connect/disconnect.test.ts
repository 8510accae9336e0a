import { beforeAll, describe, expect, it } from '@jest/globals';

import { disconnectIntegration } from '../../../../db/integrations/connect/disconnect';
import { listEvents } from '../../../../db/integrations/connect/events';
import type { Consent } from '../../../../db/integrations/connect/consents';
import { createIntegration } from '../../../../db/integrations/integrations';
import { claimDue } from '../../../../db/runs/claim';
import { refreshTokens } from '../../../../db/vault/refresh';
import { readTokens } from '../../../../db/vault/token-store';
import { disconnectConnection } from '../../../../nodes/Integrations/connection/disconnect';
import { account, Connecting, consentOf, newRing } from '../../../support/database/connecting';
import { holder } from '../../../support/database/run-holder';
import { useDatabase } from '../../../support/database/use-database';
import { nodeContext } from '../../../support/n8n/node-context';

const database = useDatabase();
let connecting: Connecting;
beforeAll(() => {
	connecting = new Connecting(database);
});

async function connected(tenantId: string, id: string, extra: Partial<Consent> = {}, provider = 'xero') {
	const done = await connecting.connect({ tenantId, provider }, [account(id)], consentOf(id, extra));
	return (done as { integrationId: string }).integrationId;
}

const end = async (integrationId: string, ring = connecting.ring) =>
	await disconnectIntegration(database.pool, integrationId, { ring, actor: 'the tenant' });

describe('disconnecting', () => {
	it('removes the tokens, frees the accounts, closes the run, and gives what is to be revoked', async () => {
		const tenantId = await connecting.tenant('Ends');
		const metadata = { apiDomain: 'https://api.example' };
		const integrationId = await connected(tenantId, 'ends', { metadata });
		const options = { limit: 1, syncEveryHours: 6, holder: holder('execution-1'), runNow: true };
		await claimDue(database.pool, { ...options, provider: 'xero', authentication: 'stored', integrationId });
		const { integration, consent } = await end(integrationId);
		expect(integration).toMatchObject({
			...{ status: 'PENDING', accountsFreed: 1, runClosed: true, expiresAt: null, metadata },
		});
		expect(consent).toEqual({
			tokens: consentOf('ends').tokens && {
				accessToken: 'made-up-access-ends',
				refreshToken: 'made-up-refresh-ends',
				expiresAt: new Date('2030-01-01T00:00:00Z'),
			},
			metadata: { ...metadata, scopes: ['offline_access'], consentUser: 'person-ends' },
			...{ accountIds: ['ends'], isShared: false },
		});
		const { rows } = await database.admin.query(
			'select access_token, refresh_token, expires_at from integrations where id = $1',
			[integrationId],
		);
		expect(rows).toEqual([{ access_token: '', refresh_token: null, expires_at: null }]);
		const [event] = await listEvents(database.pool, { tenantId });
		expect(event).toMatchObject({ event: 'disconnected', accounts: [account('ends')], actor: 'the tenant' });
	});

	it('changes nothing the second time, and makes no event', async () => {
		const tenantId = await connecting.tenant('Twice');
		const integrationId = await connected(tenantId, 'twice');
		await end(integrationId);
		expect(await end(integrationId)).toMatchObject({ consent: null, integration: { accountsFreed: 0 } });
		const names = (await listEvents(database.pool, { tenantId })).map(({ event }) => event);
		expect(names.filter((name) => name === 'disconnected')).toHaveLength(1);
	});

	it('gives the consent to one of two that ask at once', async () => {
		const integrationId = await connected(await connecting.tenant('Two'), 'two');
		const ended = await Promise.all([end(integrationId), end(integrationId)]);
		expect(ended.filter(({ consent }) => consent !== null)).toHaveLength(1);
	});

	it('is done without a key, or with the wrong one; then nothing can be revoked', async () => {
		const first = await connected(await connecting.tenant('No key'), 'no-key');
		expect((await disconnectIntegration(database.pool, first)).consent).toBeNull();
		const second = await connected(await connecting.tenant('Wrong key'), 'wrong-key');
		expect(await end(second, newRing())).toMatchObject({ consent: null, integration: { status: 'PENDING' } });
	});

	it('is not undone by a refresh that was on its way', async () => {
		const tenantId = await connecting.tenant('In flight');
		const integrationId = await connected(tenantId, 'in-flight');
		const owner = { tenantId, integrationId, provider: 'xero' };
		await refreshTokens(database.pool, connecting.ring, owner, {
			stale: 'made-up-access-in-flight',
			exchange: async () => {
				await end(integrationId);
				return { accessToken: 'made-up-late', refreshToken: 'made-up-late', expiresAt: null };
			},
			isRefusal: () => false,
		}).catch(() => undefined);
		expect(await readTokens(database.pool, connecting.ring, owner)).toMatchObject({
			...{ accessToken: '', refreshToken: null },
		});
	});

	it('lets the tenant connect again, also with another account', async () => {
		const tenantId = await connecting.tenant('Comes back');
		const integrationId = await connected(tenantId, 'comes-back');
		await end(integrationId);
		expect(await connected(tenantId, 'another')).toBe(integrationId);
	});

	it('only disables a connection whose token n8n keeps', async () => {
		const tenantId = await connecting.tenant('By n8n');
		const { integrationId } = await createIntegration(database.pool, {
			...{ tenantId, provider: 'xero', authentication: 'n8n' },
		});
		expect(await end(integrationId)).toMatchObject({ consent: null, integration: { status: 'DISABLED' } });
	});

	it('puts no token into the operation’s item', async () => {
		const integrationId = await connected(await connecting.tenant('Operation'), 'operation');
		const parameters = { integrationId, simplify: false };
		const context = nodeContext({ database: database.settings, items: [{}], parameters });
		const text = JSON.stringify(await disconnectConnection(context));
		expect(text).toContain(integrationId);
		expect(text).toContain('"consent":"forgotten"');
		expect(text).not.toMatch(/made-up|tokens|scopes|person-/);
	});
});

describe('a shared consent', () => {
	const SAME = { user: 'the-same-person' };

	it('is that of another tenant’s connection of the same person, until that one ends', async () => {
		const first = await connected(await connecting.tenant('Shares 1'), 'shares-1', SAME);
		const second = await connected(await connecting.tenant('Shares 2'), 'shares-2', SAME);
		const other = await connected(await connecting.tenant('Shares 3'), 'shares-3', SAME, 'hubspot');
		expect((await end(first)).consent?.isShared).toBe(true);
		expect((await end(second)).consent?.isShared).toBe(false);
		expect((await end(other)).consent?.isShared).toBe(false);
	});

	it('is one of the same person or account that waits for its confirmation', async () => {
		const person = { user: 'waiting-person' };
		const first = await connected(await connecting.tenant('Waits 1'), 'waits-1', person);
		const link = await connecting.link({ tenantId: await connecting.tenant('Waits 2') });
		await connecting.consent(link, [account('waits-2')], consentOf('waits-2', person));
		expect((await end(first)).consent?.isShared).toBe(true);
		const second = await connected(await connecting.tenant('Waits 3'), 'waits-3', { user: null });
		const next = await connecting.link({ tenantId: await connecting.tenant('Waits 4') });
		const stateId = await connecting.consent(next, [account('waits-3')], consentOf('waits-4'));
		expect((await end(second)).consent?.isShared).toBe(true);
		expect(await connecting.confirm(stateId, ['waits-3'])).toMatchObject({ result: 'connected' });
	});

	it('is nobody’s when persons and accounts differ', async () => {
		await connected(await connecting.tenant('Alone 1'), 'alone-1', { user: null });
		const second = await connected(await connecting.tenant('Alone 2'), 'alone-2', { user: null });
		expect((await end(second)).consent?.isShared).toBe(false);
	});
});
