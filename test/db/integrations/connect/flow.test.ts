import { beforeAll, describe, expect, it } from '@jest/globals';

import { bindLink, createLink, findLink } from '../../../../db/integrations/connect/links';
import { findWaitingConsent } from '../../../../db/integrations/connect/consents';
import { listEvents, takeEvents } from '../../../../db/integrations/connect/events';
import { consumeState } from '../../../../db/integrations/connect/states';
import { readTokens } from '../../../../db/vault/token-store';
import { account, browser, Connecting, consentOf, REDIRECT_URI } from '../../../support/database/connecting';
import { useDatabase } from '../../../support/database/use-database';

const database = useDatabase();
let connecting: Connecting;
beforeAll(() => {
	connecting = new Connecting(database);
});

describe('a tenant that connects', () => {
	it('goes from a link to a connection with tokens, accounts and events', async () => {
		const { pool, admin } = database;
		const tenantId = await connecting.tenant('Harbour Coffee');
		const created = await createLink(pool, {
			...{ tenantId, provider: 'xero', purpose: 'connect', lifetimeMinutes: 30 },
		});
		const link = (await findLink(pool, { token: created.token }))!;
		expect(link).toMatchObject({
			...{ linkId: created.linkId, tenantId, tenantName: 'Harbour Coffee', provider: 'xero' },
			...{ usedAt: null, browserHash: null, hasTokens: false, isExpired: false },
		});
		expect(await bindLink(pool, link.linkId, browser('own'))).toBe('bound');
		const stateId = await connecting.consent(link, [account('one'), account('two')]);
		expect(await findWaitingConsent(pool, { stateId, browserHash: browser('own') })).toMatchObject({
			...{ tenantId, tenantName: 'Harbour Coffee', provider: 'xero', known: [] },
			offered: [
				{ id: 'one', name: 'Name of one', isRead: false },
				{ id: 'two', name: 'Name of two', isRead: false },
			],
		});
		const confirmed = await connecting.confirm(stateId, ['two', 'forged']);
		expect(confirmed).toEqual({
			result: 'connected',
			integrationId: expect.any(String),
			accounts: [account('two')],
		});
		const { integrationId } = confirmed as { integrationId: string };
		const owner = { tenantId, integrationId, provider: 'xero' };
		expect(await readTokens(pool, connecting.ring, owner)).toEqual({
			accessToken: 'made-up-access-first',
			refreshToken: 'made-up-refresh-first',
			expiresAt: new Date('2030-01-01T00:00:00Z'),
		});
		const { rows } = await admin.query('select status, metadata from integrations where id = $1', [
			integrationId,
		]);
		expect(rows).toEqual([
			{ status: 'ACTIVE', metadata: { scopes: ['offline_access'], consentUser: 'person-first' } },
		]);
		expect((await findLink(pool, { linkId: link.linkId }))!.usedAt).toEqual(expect.any(Date));
		const timeline = await listEvents(pool, { tenantId });
		expect(timeline.map(({ event }) => event)).toEqual(['connected', 'consented', 'linked']);
		const emitted: string[] = [];
		expect(await takeEvents(pool, 10, ({ event }) => void emitted.push(event))).toBe(1);
		expect(emitted).toEqual(['connected']);
		expect(await takeEvents(pool, 10, ({ event }) => void emitted.push(event))).toBe(0);
	});

	it('comes back to its verifier once', async () => {
		const link = await connecting.link({ tenantId: await connecting.tenant('Verifier') });
		const state = await connecting.state(link);
		const returned = { state, browserHash: browser('own'), provider: 'xero', redirectUri: REDIRECT_URI };
		expect(await consumeState(database.pool, connecting.ring, returned)).toEqual({
			stateId: expect.any(String),
			...{ linkId: link.linkId, tenantId: link.tenantId, provider: 'xero', redirectUri: REDIRECT_URI },
			verifier: 'made-up-verifier',
		});
		expect(await consumeState(database.pool, connecting.ring, returned)).toBeUndefined();
	});

	it('reconnects with the same account', async () => {
		const tenantId = await connecting.tenant('Again');
		await connecting.connect({ tenantId }, [account('again')]);
		const second = await connecting.connect({ tenantId }, [account('again')], consentOf('second'));
		expect(second).toMatchObject({ result: 'reconnected', accounts: [account('again')] });
	});
});
