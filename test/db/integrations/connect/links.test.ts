import { beforeAll, describe, expect, it } from '@jest/globals';

import {
	bindLink,
	createLink,
	findLink,
	MAX_LIVE_LINKS,
	type NewLink,
} from '../../../../db/integrations/connect/links';
import { listEvents } from '../../../../db/integrations/connect/events';
import { hashSecret } from '../../../../db/integrations/connect/secrets';
import { findSession, openSession } from '../../../../db/integrations/connect/sessions';
import { createIntegration } from '../../../../db/integrations/integrations';
import { account, browser, Connecting, consentOf } from '../../../support/database/connecting';
import { useDatabase } from '../../../support/database/use-database';

const database = useDatabase();
let connecting: Connecting;
beforeAll(() => {
	connecting = new Connecting(database);
});

const [own, other] = [browser('own'), browser('other')];

async function create(tenantId: string, input: Partial<NewLink> = {}) {
	return await createLink(database.pool, {
		...{ tenantId, provider: 'xero', purpose: 'connect', lifetimeMinutes: 30 },
		...input,
	});
}

const find = async (linkId: string) => (await findLink(database.pool, { linkId }))!;

async function expire(linkId: string): Promise<void> {
	await database.admin.query(
		"update etl.connect_links set expires_at = now() - interval '1 second' where id = $1",
		[linkId],
	);
}

describe('a link', () => {
	it('is found by its token, of which only the hash is stored', async () => {
		const tenantId = await connecting.tenant('Hash');
		const { token, linkId } = await create(tenantId);
		expect(token).toMatch(/^[\w-]{43}$/);
		expect(await findLink(database.pool, { token })).toMatchObject({ linkId, tokenHash: hashSecret(token) });
		for (const wrong of ['', token.slice(1), token.toLowerCase(), hashSecret(token), linkId, "' or true --"])
			expect(await findLink(database.pool, { token: wrong })).toBeUndefined();
		const { rows } = await database.admin.query<{ text: string }>(
			`select l::text as text from etl.connect_links l union all select e::text from etl.connection_events e`,
		);
		expect(rows.filter(({ text }) => text.includes(token))).toEqual([]);
	});

	it('makes the connection that waits for it', async () => {
		const tenantId = await connecting.tenant('Waits');
		await create(tenantId);
		await create(tenantId);
		const { rows } = await database.admin.query('select status from integrations where tenant_id = $1', [
			tenantId,
		]);
		expect(rows).toEqual([{ status: 'PENDING' }]);
	});

	it.each([29, 10_081, 30.5, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
		'cannot be valid for %s minutes',
		async (lifetimeMinutes) => {
			const tenantId = await connecting.tenant('Lifetime');
			await expect(create(tenantId, { lifetimeMinutes })).rejects.toThrow(/between 30 minutes and 7 days/);
		},
	);

	it.each([30, 10_080])('is valid for %s minutes by the database’s clock', async (lifetimeMinutes) => {
		const { linkId, expiresAt } = await create(await connecting.tenant('Clock'), { lifetimeMinutes });
		const { rows } = await database.admin.query(
			'select extract(epoch from expires_at - created_at)::int / 60 as minutes from etl.connect_links where id = $1',
			[linkId],
		);
		expect(rows).toEqual([{ minutes: lifetimeMinutes }]);
		expect((await find(linkId)).expiresAt.toISOString()).toBe(expiresAt);
	});

	it('needs a tenant that exists, and a connection whose token n8n does not keep', async () => {
		await expect(create('unknown')).rejects.toThrow(/There is no tenant "unknown"/);
		const tenantId = await connecting.tenant('Kept by n8n');
		const { integrationId } = await createIntegration(database.pool, {
			...{ tenantId, provider: 'xero', authentication: 'n8n' },
		});
		await database.admin.query('update integrations set last_sync_at = now() where id = $1', [integrationId]);
		await expect(create(tenantId)).rejects.toThrow(/through an n8n credential/);
	});

	it(`is one of at most ${MAX_LIVE_LINKS} of a connection, of which a new one ends the oldest`, async () => {
		const tenantId = await connecting.tenant('Many links');
		const first = await create(tenantId);
		await create(tenantId, { provider: 'hubspot' });
		await Promise.all(Array.from({ length: 25 }, async () => await create(tenantId)));
		const { rows } = await database.admin.query(
			`select provider, count(*)::int from etl.connect_links
			where tenant_id = $1 and expires_at > now() group by provider order by provider`,
			[tenantId],
		);
		expect(rows).toEqual([
			{ provider: 'hubspot', count: 1 },
			{ provider: 'xero', count: MAX_LIVE_LINKS },
		]);
		expect((await find(first.linkId)).isExpired).toBe(true);
	});
});

describe('the browser of a link', () => {
	it('is the first that goes on, as often as it likes', async () => {
		const { linkId } = await create(await connecting.tenant('First'));
		expect((await find(linkId)).browserHash).toBeNull();
		for (let again = 0; again < 3; again++) expect(await bindLink(database.pool, linkId, own)).toBe('bound');
		expect(await bindLink(database.pool, linkId, other)).toBe('other_browser');
		expect(await bindLink(database.pool, linkId, own)).toBe('bound');
		expect((await find(linkId)).browserHash).toBe(own);
	});

	it('is one of many that come at once', async () => {
		const { linkId } = await create(await connecting.tenant('At once'));
		const answers = await Promise.all(
			Array.from(
				{ length: 8 },
				async (_, index) => await bindLink(database.pool, linkId, browser(`${index}`)),
			),
		);
		expect(answers.filter((answer) => answer === 'bound')).toHaveLength(1);
		expect(answers.filter((answer) => answer === 'other_browser')).toHaveLength(7);
	});

	it('is told from others, whose tries are counted and shown once', async () => {
		const tenantId = await connecting.tenant('Tries');
		const { linkId } = await create(tenantId);
		await bindLink(database.pool, linkId, own);
		for (let tries = 0; tries < 3; tries++) await bindLink(database.pool, linkId, other);
		const { rows } = await database.admin.query(
			'select refused_browsers from etl.connect_links where id = $1',
			[linkId],
		);
		expect(rows).toEqual([{ refused_browsers: 3 }]);
		const events = (await listEvents(database.pool, { tenantId })).map(({ event }) => event);
		expect(events).toEqual(['other_browser', 'linked']);
	});

	it('cannot go on once the link is expired or used, and nobody else can', async () => {
		const { linkId } = await create(await connecting.tenant('Expired'));
		await expire(linkId);
		expect(await bindLink(database.pool, linkId, own)).toBe('ended');
		const tenantId = await connecting.tenant('Used');
		const link = await connecting.link({ tenantId });
		const stateId = await connecting.consent(link, [account('used')]);
		await connecting.confirm(stateId, ['used']);
		expect(await bindLink(database.pool, link.linkId, own)).toBe('ended');
		expect(await bindLink(database.pool, link.linkId, other)).toBe('ended');
		expect(await bindLink(database.pool, 'unknown', own)).toBe('ended');
	});

	it('keeps its link until a consent is stored, whatever was not', async () => {
		const tenantId = await connecting.tenant('Tries again');
		await connecting.connect({ tenantId: await connecting.tenant('Neighbour') }, [account('neighbour')]);
		const link = await connecting.link({ tenantId });
		const consent = async (id: string) => await connecting.consent(link, [account(id)]);
		expect(await connecting.confirm(await consent('neighbour'), ['neighbour'])).toMatchObject({
			result: 'account_taken',
		});
		expect(await connecting.confirm(await consent('mine'), [])).toMatchObject({ result: 'nothing_chosen' });
		expect((await find(link.linkId)).usedAt).toBeNull();
		expect(await connecting.confirm(await consent('mine'), ['mine'])).toMatchObject({ result: 'connected' });
		expect((await find(link.linkId)).usedAt).not.toBeNull();
	});
});

describe('a session', () => {
	const session = async (linkId: string, browserHash = own) =>
		await findSession(database.pool, { linkId, browserHash });

	it('is its browser’s for 30 minutes, and may be renewed until the link ends', async () => {
		const tenantId = await connecting.tenant('Session');
		const { linkId } = await create(tenantId, { purpose: 'manage' });
		expect(await session(linkId)).toBeUndefined();
		expect(await openSession(database.pool, linkId, own)).toBe('bound');
		expect(await session(linkId)).toEqual({
			...{ linkId, tenantId, tenantName: 'Session', provider: 'xero', until: expect.any(Date) },
		});
		expect(await session(linkId, other)).toBeUndefined();
		expect(await openSession(database.pool, linkId, other)).toBe('other_browser');
		await expire(linkId);
		expect(await session(linkId)).toMatchObject({ linkId });
		expect(await openSession(database.pool, linkId, own)).toBe('ended');
		await database.admin.query('update etl.connect_links set session_until = now() where id = $1', [linkId]);
		expect(await session(linkId)).toBeUndefined();
	});

	it('is not opened by a link to connect', async () => {
		const { linkId } = await create(await connecting.tenant('No session'));
		expect(await openSession(database.pool, linkId, own)).toBe('ended');
		expect((await find(linkId)).browserHash).toBeNull();
	});

	it('reconnects without using its link up', async () => {
		const tenantId = await connecting.tenant('Reconnects');
		await connecting.connect({ tenantId }, [account('managed')]);
		const { linkId } = await create(tenantId, { purpose: 'manage' });
		await openSession(database.pool, linkId, own);
		await expire(linkId);
		const link = await find(linkId);
		const stateId = await connecting.consent(link, [account('managed')], consentOf('managed again'));
		expect(await connecting.confirm(stateId, [])).toMatchObject({ result: 'reconnected' });
		expect(await session(linkId)).toMatchObject({ linkId });
	});
});
