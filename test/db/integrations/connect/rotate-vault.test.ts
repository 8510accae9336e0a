import { expect, it } from '@jest/globals';

import { bindLink, createLink, findLink } from '../../../../db/integrations/connect/links';
import { rotateVault } from '../../../../db/integrations/connect/rotate-vault';
import { confirmConsent } from '../../../../db/integrations/connect/confirm';
import { consumeState } from '../../../../db/integrations/connect/states';
import { generateKey, keyRing } from '../../../../db/vault/key-ring';
import { readTokens } from '../../../../db/vault/token-store';
import { account, browser, Connecting, REDIRECT_URI } from '../../../support/database/connecting';
import { useDatabase } from '../../../support/database/use-database';

const database = useDatabase();

it('rotates what begun consents hold, so that they can be finished with the new key alone', async () => {
	const { pool, admin } = database;
	const connecting = new Connecting(database);
	const next = generateKey();
	const activeKey = { activeKeyId: next.id, activeKey: next.key };
	const ring = {
		activeKeyId: next.id,
		keys: new Map([...connecting.ring.keys, ...keyRing(activeKey).keys]),
	};
	const onlyNew = keyRing(activeKey);
	const tenantId = await connecting.tenant('Harbour');
	const link = await connecting.link({ tenantId });
	const stateId = await connecting.consent(link, [account('one')]);
	const other = await createLink(pool, {
		tenantId,
		provider: 'xero',
		purpose: 'connect',
		lifetimeMinutes: 60,
	});
	await bindLink(pool, other.linkId, browser('own'));
	const state = await connecting.state((await findLink(pool, { linkId: other.linkId }))!);

	expect(await rotateVault(pool, ring, { dryRun: true })).toMatchObject({ openConsents: 2, connections: 0 });
	const { rows } = await admin.query<{ sealed: string }>(
		'select concat(sealed_pair, sealed_verifier) as sealed from etl.connect_states',
	);
	expect(rows.some(({ sealed }) => sealed.startsWith(`v1.${next.id}`))).toBe(false);
	expect(await rotateVault(pool, ring)).toMatchObject({ openConsents: 2, complete: true });
	expect(await rotateVault(pool, ring)).toMatchObject({ openConsents: 0 });

	const returned = { state, browserHash: browser('own'), provider: 'xero', redirectUri: REDIRECT_URI };
	expect(await consumeState(pool, onlyNew, returned)).toMatchObject({ verifier: 'made-up-verifier' });
	const confirmation = { stateId, browserHash: browser('own'), accountIds: ['one'], needsApproval: false };
	const confirmed = await confirmConsent(pool, onlyNew, confirmation);
	expect(confirmed).toMatchObject({ result: 'connected' });
	const { integrationId } = confirmed as { integrationId: string };
	const tokens = await readTokens(pool, onlyNew, { tenantId, integrationId, provider: 'xero' });
	expect(tokens.refreshToken).toBe('made-up-refresh-first');
});
