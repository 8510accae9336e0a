import { beforeAll, describe, expect, it } from '@jest/globals';

import { findWaitingConsent, keepConsent } from '../../../../db/integrations/connect/consents';
import type { ConnectLink } from '../../../../db/integrations/connect/links';
import { consumeState, MAX_LIVE_STATES, openState } from '../../../../db/integrations/connect/states';
import {
	account,
	browser,
	Connecting,
	consentOf,
	newRing,
	REDIRECT_URI,
} from '../../../support/database/connecting';
import { useDatabase } from '../../../support/database/use-database';

const database = useDatabase();
let connecting: Connecting;
beforeAll(() => {
	connecting = new Connecting(database);
});

const own = browser('own');

async function newLink(name: string, provider = 'xero'): Promise<ConnectLink> {
	return await connecting.link({ tenantId: await connecting.tenant(name), provider });
}

async function consume(state: string, changes: object = {}, ring = connecting.ring) {
	return await consumeState(database.pool, ring, {
		...{ state, browserHash: own, provider: 'xero', redirectUri: REDIRECT_URI },
		...changes,
	});
}

const open = async (link: ConnectLink, browserHash = own, redirectUri = REDIRECT_URI) =>
	await openState(database.pool, connecting.ring, { link, browserHash, redirectUri, verifier: null });

async function statesOf({ linkId }: ConnectLink): Promise<number> {
	const { rows } = await database.admin.query<{ count: number }>(
		'select count(*)::int from etl.connect_states where link_id = $1',
		[linkId],
	);
	return rows[0]!.count;
}

describe('a state', () => {
	const wrong: Array<[string, object]> = [
		['another browser', { browserHash: browser('other') }],
		['no browser', { browserHash: '' }],
		['another provider', { provider: 'hubspot' }],
		['another redirect URI', { redirectUri: `${REDIRECT_URI}/` }],
		['the redirect URI of a foreign host', { redirectUri: 'https://evil.example/callback/xero' }],
		['another state', { state: 'made-up-state' }],
	];

	it.each(wrong)('gives nothing to %s, and is not used up by it', async (_what, changes) => {
		const link = await newLink('Not used up');
		const state = await connecting.state(link);
		expect(await consume(state, changes)).toBeUndefined();
		expect(await consume(state)).toMatchObject({ linkId: link.linkId, verifier: 'made-up-verifier' });
	});

	it('is consumed once, by one of many that come at once', async () => {
		const state = await connecting.state(await newLink('Once'));
		const answers = await Promise.all(Array.from({ length: 8 }, async () => await consume(state)));
		expect(answers.filter(Boolean)).toHaveLength(1);
		expect(await consume(state)).toBeUndefined();
	});

	it('ends after ten minutes', async () => {
		const state = await connecting.state(await newLink('Ten minutes'));
		const { rows } = await database.admin.query(
			`select distinct extract(epoch from expires_at - created_at)::int as seconds from etl.connect_states
			where consumed_at is null`,
		);
		expect(rows).toEqual([{ seconds: 600 }]);
		await database.admin.query('update etl.connect_states set expires_at = now()');
		expect(await consume(state)).toBeUndefined();
	});

	it('gives 15 minutes from the callback on', async () => {
		await database.admin.query('delete from etl.connect_states');
		await consume(await connecting.state(await newLink('Fifteen minutes')));
		const { rows } = await database.admin.query(
			`select extract(epoch from expires_at - consumed_at)::int as seconds from etl.connect_states`,
		);
		expect(rows).toEqual([{ seconds: 900 }]);
	});

	it('is of its own link and tenant, whoever consumes it', async () => {
		const [mine, theirs] = [await newLink('Mine'), await newLink('Theirs')];
		const [first, second] = [await connecting.state(mine), await connecting.state(theirs)];
		expect(await consume(second)).toMatchObject({ linkId: theirs.linkId, tenantId: theirs.tenantId });
		expect(await consume(first)).toMatchObject({ linkId: mine.linkId, tenantId: mine.tenantId });
	});

	it('is stored as a hash, with its verifier sealed for it alone', async () => {
		const link = await newLink('Sealed');
		const [first, second] = [await connecting.state(link), await connecting.state(link)];
		const { rows } = await database.admin.query<{ text: string }>(
			'select s::text as text from etl.connect_states s',
		);
		for (const { text } of rows)
			for (const secret of [first, second, 'made-up-verifier']) expect(text).not.toContain(secret);
		await database.admin.query(
			`update etl.connect_states s set sealed_verifier = t.sealed_verifier from etl.connect_states t
			where s.link_id = $1 and t.link_id = $1 and s.id <> t.id`,
			[link.linkId],
		);
		await expect(consume(first)).rejects.toThrow(/pending consent cannot be opened/);
	});

	it('says which key is missing', async () => {
		const state = await connecting.state(await newLink('Key'));
		await expect(consume(state, {}, newRing())).rejects.toThrow(/is not in the Zixly Token Key credential/);
	});

	it('begins in the browser of its link alone, and while the link lives', async () => {
		const link = await newLink('Begins');
		expect(await open(link, browser('other'))).toBeUndefined();
		expect(await open({ ...link, provider: 'hubspot' })).toBeUndefined();
		expect(await open({ ...link, tenantId: (await newLink('Foreign')).tenantId })).toBeUndefined();
		expect(await open(link)).toEqual({ state: expect.stringMatching(/^[\w-]{43}$/) });
		await database.admin.query('update etl.connect_links set expires_at = now() where id = $1', [
			link.linkId,
		]);
		expect(await open(link)).toBeUndefined();
	});

	it('cannot be consumed once its link is used', async () => {
		const link = await newLink('Used');
		const waiting = await connecting.consent(link, [account('used-up')]);
		const state = await connecting.state(link);
		await connecting.confirm(waiting, ['used-up']);
		expect(await consume(state)).toBeUndefined();
		expect(await open(link)).toBeUndefined();
		expect(await statesOf(link)).toBe(1);
	});

	it(`is one of at most ${MAX_LIVE_STATES} of a link, of which a new one ends the oldest`, async () => {
		const link = await newLink('Tabs');
		const first = await connecting.state(link);
		const waiting = await connecting.consent(link, [account('tabs')]);
		const states: string[] = [];
		for (let tab = 0; tab < 8; tab++) states.push(await connecting.state(link));
		expect(await statesOf(link)).toBe(MAX_LIVE_STATES);
		expect(await consume(first)).toBeUndefined();
		expect(await consume(states[0]!)).toBeUndefined();
		expect(await consume(states.at(-1)!)).toBeDefined();
		expect(await findWaitingConsent(database.pool, { stateId: waiting, browserHash: own })).toMatchObject({
			stateId: waiting,
		});
	});

	it('stays bounded with many tabs at once', async () => {
		const link = await newLink('Many tabs');
		await Promise.all(Array.from({ length: 20 }, async () => await open(link)));
		expect(await statesOf(link)).toBe(MAX_LIVE_STATES);
	});

	it('takes no endless redirect URI', async () => {
		const link = await newLink('Endless');
		await expect(open(link, own, `https://n8n.example/${'a'.repeat(2_000)}`)).rejects.toThrow(/too long/);
	});
});

describe('a consent', () => {
	const find = async (stateId: string, browserHash = own) =>
		await findWaitingConsent(database.pool, { stateId, browserHash });

	it('waits for the browser that began it', async () => {
		const stateId = await connecting.consent(await newLink('Waits'), [account('waits')]);
		expect(await find(stateId)).toMatchObject({ stateId });
		expect(await find(stateId, browser('other'))).toBeUndefined();
		expect(await find('unknown')).toBeUndefined();
	});

	it('is no longer found after its minutes', async () => {
		const stateId = await connecting.consent(await newLink('Late'), [account('late')]);
		await database.admin.query('update etl.connect_states set expires_at = now() where id = $1', [stateId]);
		expect(await find(stateId)).toBeUndefined();
		expect(await connecting.confirm(stateId, ['late'])).toEqual({ result: 'ended', accounts: [] });
	});

	it('is kept once, for a state that was consumed', async () => {
		const link = await newLink('Kept');
		const stateId = await connecting.consent(link, [account('kept')]);
		const keep = async (id: string, tenantId = link.tenantId) =>
			await keepConsent(database.pool, connecting.ring, id, tenantId, consentOf('late'), []);
		await expect(keep(stateId)).rejects.toThrow(/came too late/);
		await expect(keep('unknown')).rejects.toThrow(/came too late/);
		await connecting.state(link);
		const { rows } = await database.admin.query<{ id: string }>(
			'select id from etl.connect_states where link_id = $1 and consumed_at is null',
			[link.linkId],
		);
		await expect(keep(rows[0]!.id)).rejects.toThrow(/came too late/);
		const foreign = await connecting.tenant('Foreign');
		await expect(keep(stateId, foreign)).rejects.toThrow(/came too late/);
	});

	it('is bounded: accounts, their names, scopes, the person, metadata', async () => {
		const many = Array.from({ length: 1_500 }, (_, index) => account(`many-${index}`, '🍏'.repeat(400)));
		const odd = [
			account('', 'No id'),
			account('x'.repeat(301)),
			account('nul\0'),
			account('many-0', 'twice'),
		];
		const consent = consentOf('bounded', { user: `person\0${'u'.repeat(900)}` });
		consent.tokens.scopes = Array.from({ length: 900 }, (_, index) => `scope-${index}`);
		const stateId = await connecting.consent(await newLink('Bounded'), [...odd, ...many], consent);
		const { rows } = await database.admin.query(
			`select jsonb_array_length(accounts) as accounts, jsonb_array_length(scopes) as scopes,
				length(consent_user) as person, length(accounts #>> '{1,name}') as name
			from etl.connect_states where id = $1`,
			[stateId],
		);
		expect(rows).toEqual([{ accounts: 1_000, scopes: 500, person: 300, name: 300 }]);
		const long = consentOf('long', { metadata: { apiDomain: 'a'.repeat(20_000) } });
		await expect(connecting.consent(await newLink('Long'), [account('long')], long)).rejects.toThrow(
			/answer to the consent is too long/,
		);
	});

	it('offers what it gave, and what an earlier one gave only where it is read already', async () => {
		const link = await newLink('Earlier');
		await connecting.connect({ tenantId: link.tenantId }, [account('read')]);
		const reached = [
			account('new'),
			{ ...account('read'), isOfConsent: false },
			{ ...account('of a neighbour'), isOfConsent: false },
		];
		const stateId = await connecting.consent(link, reached, consentOf('second'));
		expect((await find(stateId))?.offered).toEqual([
			{ ...account('new'), isRead: false },
			{ ...account('read'), isRead: true },
		]);
		expect(await connecting.confirm(stateId, ['new', 'of a neighbour'])).toMatchObject({
			result: 'reconnected',
			accounts: [account('new'), account('read')],
		});
	});

	it('has its pair sealed for its own state and tenant', async () => {
		const link = await newLink('Moved');
		const [first, second] = [
			await connecting.consent(link, [account('moved')], consentOf('moved-1')),
			await connecting.consent(link, [account('moved')], consentOf('moved-2')),
		];
		const { admin } = database;
		const { rows } = await admin.query<{ text: string }>('select s::text as text from etl.connect_states s');
		for (const { text } of rows) expect(text).not.toMatch(/made-up-(access|refresh)/);
		await admin.query(
			`update etl.connect_states set sealed_pair = (select sealed_pair from etl.connect_states where id = $1)
			where id = $2`,
			[first, second],
		);
		await expect(connecting.confirm(second, ['moved'])).rejects.toThrow(/pending consent cannot be opened/);
		expect(await connecting.confirm(first, ['moved'])).toMatchObject({ result: 'connected' });
	});
});
