import { afterEach, describe, expect, it } from '@jest/globals';

import { createApi } from '../../../../nodes/engine/http/client';
import type { DiscoveryContext } from '../../../../nodes/engine/contract/provider';
import type { StreamContext } from '../../../../nodes/engine/contract/stream';
import type { ProviderApi } from '../../../../nodes/engine/contract/api';
import type { ReadFailure } from '../../../../nodes/engine/contract/failure';
import { RateLimiters } from '../../../../nodes/engine/limits/rate-limiter';
import { readStageChanges } from '../../../../nodes/providers/pipedrive/deal-flow';
import { pipedrive } from '../../../../nodes/providers/pipedrive';
import { ARCHIVED_DEALS, DEALS, listAll } from '../../../../nodes/providers/pipedrive/lists';
import { problems } from '../../../sandbox/pipedrive/problems';
import { httpClient } from '../../../support/http/client';
import { manualClock } from '../../../support/engine/manual-clock';
import {
	scriptedServer,
	type ScriptedReply,
	type ScriptedServer,
} from '../../../support/http/scripted-server';
import { failTest } from '../../../support/expect/expectations';

const ACCOUNT = { id: '7654321', name: 'Harbour Cafe', timezone: 'Australia/Sydney', currency: 'AUD' };
const EMPTY = { status: 200, body: '{"success":true,"data":null}' };
const DAY_HEADER = 'x-daily-ratelimit-token-remaining';

let server: ScriptedServer;
afterEach(async () => await server.close());

/** Pipedrive's API over a peer that gives these replies, the last one for ever. */
async function peer(replies: ScriptedReply[], dayShare = 1) {
	server = await scriptedServer(() => (replies.length > 1 ? replies.shift()! : replies[0]!));
	const clock = manualClock('2026-11-23T02:00:00Z');
	const tokens = {
		current: async () => await Promise.resolve('made-up-token'),
		refresh: async () => await Promise.resolve('made-up-token-2'),
		secrets: () => [],
	};
	const api = createApi({
		definition: pipedrive.definition,
		application: { clientId: 'made-up-client', clientSecret: 'made-up-secret' },
		baseUrl: server.url,
		http: httpClient,
		authorisation: { by: 'engine', tokens },
		rateLimiters: new RateLimiters(clock),
		dayShare,
		timeoutMs: 10_000,
		clock,
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
	});
	const context = { api, account: ACCOUNT, warn: () => undefined };
	const list = async (endpoint = DEALS) => await listAll(context, endpoint, {});
	const failure = async (work: () => Promise<unknown> = list): Promise<ReadFailure> =>
		await work().then(
			() => failTest('it was accepted'),
			(error: unknown) => error as ReadFailure,
		);
	return { api, list, failure, clock };
}

const minutesUntil = (at: Date | undefined, now: Date): number =>
	Math.round(((at?.getTime() ?? 0) - now.getTime()) / 60_000);

describe('the meaning of a rejection by Pipedrive', () => {
	it.each<[string, ScriptedReply, string, RegExp]>([
		[
			'a token that is refused twice',
			problems.unauthorized(),
			'reconnect_required',
			/Connect the tenant again/,
		],
		[
			'a company whose plan ended',
			problems.companyClosed(),
			'not_permitted',
			/suspended \(Company account is not open\)/,
		],
		['a scope that the app lacks', problems.scopeMismatch(), 'needs_consent', /lacks the scope deals:read/],
		['a right that the person lacks', problems.forbidden(), 'not_permitted', /may not see the list of deals/],
		['the gateway’s page', problems.blocked(), 'rate_limited', /gateway blocked/],
		['a path that is not there', problems.notFound(), 'bad_request', /Check API Base URL/],
		['a call that was retired', problems.gone(), 'bad_request', /Update the package/],
		['a feature that is off', problems.featureOff(), 'not_permitted', /has not enabled/],
		[
			'a query that it does not take',
			problems.badRequest('updated_since'),
			'bad_request',
			/status 400 \(Validation failed: updated_since\)/,
		],
		['an outage', { status: 503 }, 'provider_unavailable', /answered 503/],
		[
			'success that says false',
			{ status: 200, body: '{"success":false,"data":[]}' },
			'provider_unavailable',
			/cannot be read/,
		],
		['success with nothing', { status: 200, body: 'null' }, 'provider_unavailable', /cannot be read/],
		['HTML for JSON', { status: 200, body: '<html>' }, 'provider_unavailable', /cannot be read/],
		[
			'JSON that is cut',
			{ status: 200, body: '{"success":true,"da' },
			'provider_unavailable',
			/cannot be read/,
		],
		[
			'deals without ids',
			{ status: 200, body: '{"success":true,"data":[{},{},{}]}' },
			'provider_unavailable',
			/cannot be read/,
		],
		[
			'a redirect',
			{ status: 302, headers: { location: 'https://example.com' } },
			'configuration',
			/another address/,
		],
	])('%s', async (_, reply, failureClass, message) => {
		const { failure } = await peer([reply]);
		const met = await failure();
		expect(met.failureClass).toBe(failureClass);
		expect(met.message).toMatch(message);
	});

	it('a day’s tokens used up: it goes on later, not after the seconds that the other header names', async () => {
		const headers = { [DAY_HEADER]: '0', 'x-ratelimit-reset': '2' };
		const { failure, clock } = await peer([problems.tooManyRequests(headers)]);
		const met = await failure();
		expect(met).toMatchObject({ failureClass: 'rate_limited' });
		expect(minutesUntil(met.retryAt, clock.now())).toBe(60);
		expect(clock.waits).toEqual([]);
	});

	it('the same where only the words tell it', async () => {
		const body = '{"success":false,"error":"Daily API token limit exceeded"}';
		const { failure, clock } = await peer([{ status: 429, headers: { 'x-ratelimit-reset': '1' }, body }]);
		expect(minutesUntil((await failure()).retryAt, clock.now())).toBe(60);
	});

	it.each<[string, Record<string, string>, number]>([
		['the seconds that it asks for', { 'x-ratelimit-reset': '2' }, 2_000],
		['Retry-After, should it ever be sent', { 'retry-after': '7', 'x-ratelimit-reset': '2' }, 7_000],
		['five seconds where nothing is said', {}, 5_000],
	])('waits after too many calls: %s', async (_, headers, wait) => {
		const { list, clock } = await peer([problems.tooManyRequests(headers), EMPTY]);
		expect(await list()).toEqual([]);
		expect(clock.waits).toEqual([wait]);
	});

	it('ends after too many calls again and again: the next run goes on', async () => {
		const { failure, clock } = await peer([problems.tooManyRequests({})]);
		expect((await failure()).failureClass).toBe('rate_limited');
		expect(clock.waits).toEqual([5_000, 10_000, 20_000]);
	});

	it('a history of nothing at all is asked for again', async () => {
		const flow = { status: 200, body: '{"success":true,"data":[{"object":"dealChange"}]}' };
		const { api } = await peer([{ status: 200, body: 'null' }, flow]);
		const context = { api, account: ACCOUNT } as StreamContext;
		expect(await readStageChanges(context, 57, { path: '/api/v1' })).toEqual([]);
		expect(server.seen.map(({ path }) => path)).toEqual(Array(2).fill('/api/v1/deals/57/flow'));
	});
});

describe('the day’s tokens', () => {
	it('are counted by what each call costs, up to our share of the plan that the header shows', async () => {
		// 29,000 left of 30,000, of which a tenth is ours.
		const { list, failure, clock } = await peer([{ ...EMPTY, headers: { [DAY_HEADER]: '29000' } }], 0.1);
		for (let calls = 0; calls < 150; calls++) await list(ARCHIVED_DEALS);
		const met = await failure();
		expect(met.failureClass).toBe('rate_limited');
		expect(met.retryAt!.getTime()).toBeGreaterThan(clock.now().getTime() + 20 * 3_600_000);
		expect(server.seen).toHaveLength(150);
	});

	it('are left alone where others have used them', async () => {
		const { list, failure } = await peer([{ ...EMPTY, headers: { [DAY_HEADER]: '1400' } }]);
		await list();
		expect((await failure()).failureClass).toBe('rate_limited');
		expect(server.seen).toHaveLength(1);
	});
});

describe('the company behind a token', () => {
	const me = (more: object = {}): ScriptedReply => ({
		status: 200,
		body: JSON.stringify({
			success: true,
			data: {
				id: 71,
				company_id: 7654321,
				company_name: 'Harbour Cafe',
				default_currency: 'NZD',
				timezone_name: 'Pacific/Auckland',
				...more,
			},
		}),
	});
	const HARBOUR = { id: '7654321', name: 'Harbour Cafe', timezone: null, currency: null };
	const context = (api: ProviderApi): DiscoveryContext => ({
		api,
		accessToken: async () => await Promise.resolve(undefined),
		application: { clientId: '', clientSecret: '' },
		metadata: {},
		timezone: 'Australia/Sydney',
	});

	it('is the account, with its time zone and currency', async () => {
		const { api } = await peer([me()]);
		expect(await pipedrive.definition.accounts.list(context(api))).toEqual({
			accounts: [{ id: '7654321', name: 'Harbour Cafe' }],
			consent: ['7654321'],
			user: '71',
			warnings: [],
		});
		expect(await pipedrive.definition.accounts.describe(context(api), HARBOUR)).toEqual({
			account: { id: '7654321', name: 'Harbour Cafe', timezone: 'Pacific/Auckland', currency: 'NZD' },
			warnings: [],
		});
		expect(server.seen[0]).toMatchObject({
			path: '/api/v1/users/me',
			headers: { authorization: 'Bearer made-up-token', accept: 'application/json' },
		});
	});

	it('has days of UTC, with a warning, where its time zone is not known', async () => {
		const { api } = await peer([me({ timezone_name: 'Mars/Olympus', company_name: ' ' })]);
		const { account, warnings } = await pipedrive.definition.accounts.describe(context(api), HARBOUR);
		expect(account).toEqual({ id: '7654321', name: null, timezone: null, currency: 'NZD' });
		expect(warnings).toEqual([expect.stringContaining('Mars/Olympus')]);
		const known = { ...HARBOUR, timezone: 'Pacific/Auckland' };
		expect(await pipedrive.definition.accounts.describe(context(api), known)).toMatchObject({ warnings: [] });
	});

	it('is told by the id that answered, so that another company is seen', async () => {
		const { api } = await peer([me({ company_id: 7 })]);
		const { account } = await pipedrive.definition.accounts.describe(context(api), HARBOUR);
		expect(account.id).toBe('7');
	});
});
