import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { systemClock, type Clock } from '../../../nodes/engine/contract/ports';
import type { FailureMessage, Message, RecordMessage, StateMessage } from '../../../nodes/shared/messages';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox';
import type { HubSpotLimits } from '../../sandbox/hubspot/settings';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, type ConnectedTenant, type ExtractOptions } from '../../support/engine/extraction';

/** Leaps over what it is asked to wait, so that no test sits out a limit. */
function leapingClock(): Clock {
	let leapt = 0;
	return {
		...systemClock,
		now: () => new Date(Date.now() + leapt),
		sleep: async (milliseconds) => {
			leapt += milliseconds;
			await systemClock.sleep(1);
		},
	};
}

let database: TestDatabase;
let sandbox: Sandbox;
let extraction: Extraction;
let tenant: ConnectedTenant;
let tenants = 0;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'hubspot-source' });
	extraction = new Extraction(database.pool, sandbox, 'hubspot');
	tenant = await extraction.connect('Harbour', 'harbour');
});

afterEach(() => sandbox.hubspot.clear());

afterAll(async () => {
	await sandbox.close();
	await database.close();
});

async function extract(options: ExtractOptions = {}, of = tenant): Promise<Message[]> {
	return await extraction.extract(of, { clock: leapingClock(), timeoutMs: 2_000, ...options });
}

const ofType = <Type extends Message['type']>(messages: Message[], type: Type) =>
	messages.filter((message): message is Extract<Message, { type: Type }> => message.type === type);

const failures = (messages: Message[]): FailureMessage['failure'][] =>
	ofType(messages, 'FAILURE').map(({ failure }) => failure);
const states = (messages: Message[]): StateMessage[] => ofType(messages, 'STATE');
const records = (messages: Message[]): RecordMessage[] => ofType(messages, 'RECORD');

const minutesUntil = (instant: string | undefined, clock: Clock): number =>
	Math.round((Date.parse(instant ?? '') - clock.now().getTime()) / 60_000);

describe('replies of HubSpot', () => {
	it.each<[name: string, faults: Fault[]]>([
		['a token that expired early', [{ kind: 'tokenExpired', skip: 2 }]],
		['a token that the edge could not read', [{ kind: 'edge', skip: 2 }]],
		['a lock', [{ kind: 'locked', count: 2 }]],
		['the ten seconds’ limit, without a time to wait', [{ kind: 'tooManyRequests', count: 2 }]],
		['a page’s fields of other types', [{ kind: 'fieldTypesChanged', count: 'always', path: '/objects/' }]],
		['a reply without its results, once', [{ kind: 'fieldsRemoved', path: '/deals' }]],
		['batches of which half failed for the moment', [{ kind: 'halfABatch', path: '/batch', count: 3 }]],
		['an outage of the data centre', [{ kind: 'status', status: 524, count: 3 }]],
	])('%s: everything is read all the same', async (_name, faults) => {
		sandbox.hubspot.faults.add(...faults);
		const messages = await extract();
		expect(failures(messages)).toEqual([]);
		expect(records(messages)).toHaveLength(130);
	});

	it.each<[name: string, fault: Fault, expected: string, words: RegExp, restMinutes: number | undefined]>([
		['the day’s limit', { kind: 'dayLimit' }, 'rate_limited', /midnight in the portal/, 60],
		[
			'the ten seconds’ limit for ever',
			{ kind: 'tooManyRequests' },
			'rate_limited',
			/kept rate-limiting the list of deals of harbour-marketing\.example/,
			2,
		],
		[
			'a missing scope',
			{ kind: 'missingScopes' },
			'needs_consent',
			/the scope crm\.objects\.deals\.read/,
			undefined,
		],
		['a move of the portal', { kind: 'moving' }, 'provider_unavailable', /another data centre/, 15],
		['a lock for ever', { kind: 'locked' }, 'provider_unavailable', /locked/, undefined],
		['an address that is too long', { kind: 'addressTooLong' }, 'bad_request', /too long/, undefined],
		['a path of another version', { kind: 'notFound' }, 'bad_request', /API Base URL/, undefined],
		[
			'a refused token',
			{ kind: 'tokenExpired' },
			'reconnect_required',
			/Connect the tenant again/,
			undefined,
		],
		[
			'a list without its results',
			{ kind: 'fieldsRemoved' },
			'provider_unavailable',
			/cannot be read/,
			undefined,
		],
	])('%s', async (_name, fault, expected, words, restMinutes) => {
		sandbox.hubspot.faults.add({ ...fault, count: 'always' });
		const clock = leapingClock();
		const [failure, ...others] = failures(await extract({ clock }));
		expect(others).toEqual([]);
		expect(failure).toMatchObject({ class: expected, message: expect.stringMatching(words) });
		expect(failure?.message).toMatch(/[.;] .+\.$/);
		if (restMinutes !== undefined) expect(minutesUntil(failure?.retryAt, clock)).toBe(restMinutes);
	});

	it('the search’s own limit: it waits a second, and reads on', async () => {
		await settled();
		sandbox.hubspot.books('harbour').edit(sandbox.hubspot.books('harbour').ids(1)[0]!, { cents: 8 });
		sandbox.hubspot.faults.add({ kind: 'secondly', path: '/search', count: 2 });
		const messages = await settled();
		expect(failures(messages)).toEqual([]);
		expect(records(messages)).toHaveLength(1);
	});

	it('no more than it allows: limits of real size refuse nothing', async () => {
		const large = await extraction.connect('Large', 'large');
		const messages = await extract({ clock: systemClock }, large);
		expect(records(messages)).toHaveLength(1_000);
		expect(sandbox.hubspot.requests.filter(({ status }) => status === 429)).toEqual([]);
	});

	it.each<[name: string, limits: Partial<HubSpotLimits>]>([
		['all of its limits taken by other apps', { tenSeconds: 12 }],
		['searches that come one by one', { searchesASecond: 1 }],
	])('%s: slower, and complete', async (_name, limits) => {
		await database.admin.query('delete from etl.stream_states');
		sandbox.hubspot.setLimits(limits);
		const messages = await extract({ clock: systemClock });
		expect(failures(messages)).toEqual([]);
		expect(records(messages)).toHaveLength(130);
	});
});

/** A reading whose state is kept. */
async function settled(): Promise<Message[]> {
	const messages = await extract();
	const [state] = states(messages);
	await database.admin.query(
		`insert into etl.stream_states (tenant_id, integration_id, account_id, stream, state, sync_run_id)
		select $1, $2, $3, 'deals', $4, id from etl.sync_runs where integration_id = $2 order by started_at desc limit 1
		on conflict (integration_id, account_id, stream) do update set state = excluded.state`,
		[tenant.tenantId, tenant.integrationId, state?.accountId, JSON.stringify(state?.state)],
	);
	return messages;
}

describe('the portal of a token', () => {
	const accountsOf = async ({ tenantId }: ConnectedTenant) => {
		const { rows } = await database.admin.query(
			'select account_id, name, timezone, currency from etl.accounts where tenant_id = $1',
			[tenantId],
		);
		return rows as unknown[];
	};

	it('is told by the token itself', async () => {
		const atlantic = await extraction.connect('Atlantic', 'atlantic');
		await extract({}, atlantic);
		const { hubId } = sandbox.hubspot.portal('atlantic');
		expect(await accountsOf(atlantic)).toEqual([
			{ account_id: String(hubId), name: 'atlantic.example', timezone: 'US/Eastern', currency: 'USD' },
		]);
	});

	it.each([
		['is refused', { kind: 'status', status: 404 }],
		['is of another form', { kind: 'status', status: 200, body: '{"active":true}' }],
	])('has no name where the introspection %s, and keeps the one that was known', async (_name, fault) => {
		await database.admin.query('delete from etl.accounts');
		const southern = await extraction.connect(`Southern ${++tenants}`, 'southern');
		sandbox.hubspot.faults.add({ ...fault, path: '/introspect' });
		const messages = await extract({}, southern);
		expect(await accountsOf(southern)).toMatchObject([{ name: null }]);
		expect(states(messages)[0]?.warnings?.join()).toContain('did not state the domain');
		await extract({}, southern);
		sandbox.hubspot.faults.add({ ...fault, path: '/introspect' });
		const [record] = records(await extract({}, southern));
		expect(await accountsOf(southern)).toMatchObject([{ name: 'southern-cross.example' }]);
		expect(record?.account.name).toBe('southern-cross.example');
	});

	it('is asked again with the new token where the first had ended', async () => {
		await database.admin.query('delete from etl.accounts');
		const southern = await extraction.connect(`Southern ${++tenants}`, 'southern');
		sandbox.hubspot.expireAccessTokens('southern');
		const messages = await extract({}, southern);
		expect(await accountsOf(southern)).toMatchObject([{ name: 'southern-cross.example' }]);
		expect(states(messages)[0]?.warnings).toBeUndefined();
		expect(sandbox.hubspot.refreshCalls).toBe(1);
	});

	it('keeps the token out of everything, though HubSpot repeats it', async () => {
		const messages = JSON.stringify(await extract()) + extraction.log.join('\n');
		for (const secret of sandbox.hubspot.issuedSecrets()) expect(messages).not.toContain(secret);
	});

	it('has days that end in UTC where its time zone is not known', async () => {
		await database.admin.query('delete from etl.accounts');
		sandbox.hubspot.portal('empty').timezone = 'Mars/Olympus';
		const empty = await extraction.connect('Empty', 'empty');
		const messages = await extract({}, empty);
		expect(await accountsOf(empty)).toMatchObject([{ timezone: null }]);
		expect(states(messages)[0]?.warnings?.join()).toContain('Mars/Olympus');
	});
});
