import { afterEach, describe, expect, it } from '@jest/globals';

import type { ApiContext } from '../../../../nodes/engine/http/api-context';
import { createApi } from '../../../../nodes/engine/http/client';
import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { ReadFailure } from '../../../../nodes/engine/contract/failure';
import type { HttpClient } from '../../../../nodes/engine/contract/http';
import { RateLimiters } from '../../../../nodes/engine/limits/rate-limiter';
import { xero } from '../../../../nodes/providers/xero';
import { httpClient } from '../../../support/http/client';
import { manualClock } from '../../../support/engine/manual-clock';
import {
	scriptedServer,
	type ScriptedReply,
	type ScriptedServer,
} from '../../../support/http/scripted-server';
import { failTest } from '../../../support/expect/expectations';

const REPORT = { status: 200, body: '{"Reports":[{"Rows":[]}]}' };
const report: ApiRequest = {
	path: '/api.xro/2.0/Reports/ProfitAndLoss',
	query: { fromDate: '2026-11-01' },
	account: { id: 'org-1', name: 'Harbour Cafe' },
	description: 'the profit and loss report',
	scope: 'accounting.reports.profitandloss.read',
	isValid: (json) => Array.isArray((json as { Reports?: unknown } | null)?.Reports),
};

let server: ScriptedServer;
afterEach(async () => await server.close());

interface Peer {
	get(request?: ApiRequest): Promise<unknown>;
	failure(request?: ApiRequest): Promise<ReadFailure>;
	clock: ReturnType<typeof manualClock>;
	refreshed: string[];
	rateLimiters: RateLimiters;
}

/** The API over a peer that gives these replies, the last one for ever. */
async function peer(replies: ScriptedReply[], more: Partial<ApiContext> = {}): Promise<Peer> {
	server = await scriptedServer(() => (replies.length > 1 ? replies.shift()! : replies[0]!));
	const clock = manualClock('2026-11-23T02:00:00Z');
	const refreshed: string[] = [];
	const rateLimiters = new RateLimiters(clock);
	const current = (): string => `made-up-access-token-${refreshed.length}`;
	const tokens = {
		current: async () => await Promise.resolve(current()),
		refresh: async (stale: string) => {
			refreshed.push(stale);
			return await Promise.resolve(current());
		},
		secrets: () => [current()],
	};
	const api = createApi({
		definition: xero.definition,
		application: { clientId: 'made-up-client', clientSecret: 'made-up-secret' },
		baseUrl: `${server.url}/`,
		http: httpClient,
		authorisation: { by: 'engine', tokens },
		rateLimiters: rateLimiters,
		dayShare: 1,
		timeoutMs: 3_000,
		clock,
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
		...more,
	});
	const get = async (request = report): Promise<unknown> => await api.call(request);
	const failure = async (request = report): Promise<ReadFailure> =>
		await get(request).then(
			() => failTest('it was accepted'),
			(error: unknown) => error as ReadFailure,
		);
	return { get, failure, clock, refreshed, rateLimiters: rateLimiters };
}

describe('a call', () => {
	it('carries the token, the account and the provider’s headers', async () => {
		const { get } = await peer([REPORT]);
		expect(await get()).toEqual({ Reports: [{ Rows: [] }] });
		expect(server.seen[0]).toMatchObject({
			path: '/api.xro/2.0/Reports/ProfitAndLoss',
			query: { fromDate: '2026-11-01' },
			headers: {
				authorization: 'Bearer made-up-access-token-0',
				'xero-tenant-id': 'org-1',
				accept: 'application/json',
			},
		});
	});

	it('leaves the token to the client if that has its own', async () => {
		const { get } = await peer([REPORT], { authorisation: { by: 'client' } });
		await get();
		expect(server.seen[0]!.headers.authorization).toBeUndefined();
	});

	it('removes what the provider’s definition redacts, at any depth', async () => {
		const { get } = await peer([{ body: '{"Reports":[{"APIKey":"made-up-key","Name":"x"}]}' }]);
		expect(await get()).toEqual({ Reports: [{ Name: 'x' }] });
	});
});

describe('a transient error', () => {
	it.each<[string, ScriptedReply]>([
		['500', { status: 500 }],
		['503 with HTML', { status: 503, body: '<html>maintenance</html>' }],
		['a 200 that is HTML', { status: 200, body: '<!doctype html><title>Sorry</title>' }],
		['a 200 that is cut', { status: 200, body: '{"Reports":[{"Ro' }],
		['a 200 that is empty', { status: 200, body: '' }],
		['a 200 that is an error', { status: 200, body: '{"Status":"ERROR"}' }],
		['a 200 that is null', { status: 200, body: 'null' }],
		['a 200 that is an error with a number', { status: 200, body: '{"ErrorNumber":10,"Type":"x"}' }],
		['a 200 without its list', { status: 200, body: '{"Reports":null}' }],
		['a 200 that is XML', { status: 200, body: '<Response><Status>OK</Status></Response>' }],
		['a connection cut in mid-body', { cut: '{"Reports":[' }],
		['no answer in time', { hangs: true }],
	])('%s', async (_, reply) => {
		const { get, clock } = await peer([reply, REPORT]);
		expect(await get()).toEqual({ Reports: [{ Rows: [] }] });
		expect(server.seen).toHaveLength(2);
		expect(clock.waits).toEqual([500]);
	});

	it('is retried when a client never comes back, whatever it is told', async () => {
		let calls = 0;
		const http: HttpClient = async (request) =>
			++calls === 1 ? await new Promise(() => undefined) : await httpClient(request);
		const { get } = await peer([REPORT], { http, timeoutMs: 3_000 });
		expect(await get()).toEqual({ Reports: [{ Rows: [] }] });
		expect(calls).toBe(2);
	});

	it('ends the call after four attempts with growing waits', async () => {
		const { failure, clock } = await peer([{ status: 500 }]);
		expect(await failure()).toMatchObject({ failureClass: 'provider_unavailable' });
		expect(server.seen).toHaveLength(4);
		expect(clock.waits).toEqual([500, 1_000, 2_000]);
	});

	it('is retried also if nothing listens or the host name is unknown', async () => {
		await peer([REPORT]);
		const unreachable = await peerAt('http://127.0.0.1:9');
		expect(await unreachable.failure()).toMatchObject({ failureClass: 'provider_unavailable' });
		const unknown = await peerAt('http://no-such-host.invalid');
		expect((await unknown.failure()).message).toMatch(/did not answer/);
	});
});

async function peerAt(baseUrl: string): Promise<Peer> {
	await server.close();
	return await peer([REPORT], { baseUrl });
}

describe('a rate limit', () => {
	const limited = (headers: Record<string, string>): ScriptedReply => ({ status: 429, headers });

	it('waits for a limit per minute as long as the reply says, in seconds or until a date', async () => {
		const { get, clock } = await peer([
			limited({ 'retry-after': '37', 'x-rate-limit-problem': 'minute' }),
			limited({ 'retry-after': 'Mon, 23 Nov 2026 02:01:00 GMT', 'x-rate-limit-problem': 'Minute limit' }),
			REPORT,
		]);
		await get();
		expect(clock.waits).toEqual([37_000, 23_000]);
	});

	it('applies to a connection with all its accounts if the provider counts by token', async () => {
		const limits = { scope: 'connection', windows: [{ calls: 2, seconds: 60 }], concurrent: 4 } as const;
		const more = { definition: { ...xero.definition, limits }, connectionId: 'integration-1' };
		const { get, clock } = await peer([REPORT], more);
		const other = { ...report, account: { id: 'org-2', name: 'Southern Cafe' } };
		for (const request of [{ ...report, account: undefined }, report]) await get(request);
		expect(clock.waits).toEqual([]);
		await get(other);
		expect(clock.waits).toEqual([60_000]);
	});

	it('answers a limit without a time with a backoff', async () => {
		const { get, clock } = await peer([limited({}), limited({ 'retry-after': 'soon' }), REPORT]);
		await get();
		expect(clock.waits).toEqual([500, 1_000]);
	});

	it('says when to try again if a limit lasts after three waits', async () => {
		const { failure, clock } = await peer([limited({ 'retry-after': '10' })]);
		expect(await failure()).toMatchObject({
			failureClass: 'rate_limited',
			retryAt: new Date(clock.now().getTime() + 10_000),
		});
		expect(clock.waits).toEqual([10_000, 10_000, 10_000]);
	});

	it('ends the read at a limit that asks for more than two minutes', async () => {
		const { failure, clock } = await peer([limited({ 'retry-after': '121' })]);
		expect(await failure()).toMatchObject({
			failureClass: 'rate_limited',
			retryAt: new Date('2026-11-23T02:02:01Z'),
		});
		expect(clock.waits).toEqual([]);
	});

	it.each(['day', 'DayLimit', 'daily'])(
		'ends the account, and no other, at the limit of the day (%s)',
		async (problem) => {
			const { failure, get, clock } = await peer([
				limited({ 'retry-after': '66975', 'x-rate-limit-problem': problem }),
				REPORT,
			]);
			const retryAt = new Date('2026-11-23T20:36:15Z');
			expect(await failure()).toMatchObject({ failureClass: 'rate_limited', retryAt });
			expect(await failure()).toMatchObject({ failureClass: 'rate_limited', retryAt });
			expect(server.seen).toHaveLength(1);
			expect(await get({ ...report, account: { id: 'org-2', name: 'Other' } })).toBeDefined();
			expect(clock.waits).toEqual([]);
		},
	);

	it('allows another request after an hour if the limit of the day has no time', async () => {
		const { failure } = await peer([limited({ 'x-daylimit-remaining': '0' })]);
		expect(await failure()).toMatchObject({
			failureClass: 'rate_limited',
			retryAt: new Date('2026-11-23T03:00:00Z'),
		});
	});

	it('is kept automatically when replies say that little is left of the day', async () => {
		const { get, failure } = await peer([{ ...REPORT, headers: { 'x-daylimit-remaining': '40' } }]);
		await get();
		expect(await failure()).toMatchObject({
			failureClass: 'rate_limited',
			retryAt: new Date('2026-11-23T03:00:00Z'),
		});
		expect(server.seen).toHaveLength(1);
	});
});

describe('a rejected token', () => {
	const expired: ScriptedReply = {
		status: 401,
		body: '{"Title":"Unauthorized","Detail":"TokenExpired: token expired at 01/23/2020 18:21:16"}',
	};

	it('is refreshed once, and the call made again', async () => {
		const { get, refreshed } = await peer([expired, REPORT]);
		await get();
		expect(refreshed).toEqual(['made-up-access-token-0']);
		expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
			'Bearer made-up-access-token-0',
			'Bearer made-up-access-token-1',
		]);
	});

	it('requires action when the new token is rejected too', async () => {
		const { failure, refreshed } = await peer([expired]);
		expect(await failure()).toMatchObject({ failureClass: 'reconnect_required' });
		expect(refreshed).toHaveLength(1);
		expect(server.seen).toHaveLength(2);
	});

	it('does not refresh n8n’s own credential, which n8n has refreshed already', async () => {
		const { failure } = await peer([expired], { authorisation: { by: 'client' } });
		expect(await failure()).toMatchObject({ failureClass: 'reconnect_required' });
		expect(server.seen).toHaveLength(1);
	});
});

describe('an error reply', () => {
	it.each<[string, number, string, string, RegExp]>([
		[
			'a missing scope',
			401,
			'{"Title":"Unauthorized","Detail":"AuthorizationUnsuccessful"}',
			'needs_consent',
			/scope accounting.reports.profitandloss.read/,
		],
		['the role "No reports"', 403, '{"Title":"Forbidden"}', 'not_permitted', /permission to view reports/],
		[
			'a disconnected organisation',
			403,
			'{"title":"Forbidden","detail":"AuthenticationUnsuccessful"}',
			'account_gone',
			/Connect it again/,
		],
		['an unknown address', 404, '', 'bad_request', /API Base URL/],
		[
			'a wrong question',
			400,
			'{"Type":"ValidationException","Message":"fromDate is not a date"}',
			'bad_request',
			/fromDate is not a date/,
		],
		['a redirect', 302, '', 'configuration', /never sent along a redirect/],
	])('%s is final, has its class, and says what to do', async (_, status, body, failureClass, words) => {
		const { failure, refreshed } = await peer([
			{ status, body, headers: { location: 'https://elsewhere.example.org/' } },
		]);
		const error = await failure();
		expect(error).toMatchObject({ failureClass });
		expect(error.message).toMatch(words);
		expect(error.message).toMatch(/Harbour Cafe|redirect/);
		expect(server.seen).toHaveLength(1);
		expect(refreshed).toEqual([]);
	});

	it('reports a role or plan when something other than a report is denied', async () => {
		const { failure } = await peer([{ status: 403, body: '{"Detail":"Not on this plan"}' }]);
		const error = await failure({ ...report, path: '/api.xro/2.0/Organisation', description: 'the details' });
		expect(error).toMatchObject({ failureClass: 'not_permitted' });
		expect(error.message).toContain('Not on this plan');
	});

	it('is quoted from the provider, also from a list of errors', async () => {
		const body = '{"errors":[{"message":"project: Not a recognized ID","help":"See the docs"}]}';
		const { failure } = await peer([{ status: 400, body }]);
		expect((await failure()).message).toContain('project: Not a recognized ID');
	});

	it('contains nothing that looks like a token, even if the provider quotes one', async () => {
		const secret = 'eyJhbGciOiJSUzI1NiJ9.made-up-claims-made-up-claims.made-up-signature';
		const { failure } = await peer([
			{ status: 400, body: JSON.stringify({ Detail: `Bad token ${secret}` }) },
		]);
		expect((await failure()).message).not.toContain('made-up');
	});
});

describe('a call that should not be made', () => {
	it('is not made once the run was taken over', async () => {
		const lost = new ReadFailure('run_lost', 'It was taken over.');
		const { failure } = await peer([REPORT], { keepLease: async () => await Promise.reject(lost) });
		expect(await failure()).toBe(lost);
		expect(server.seen).toHaveLength(0);
	});

	it('ends when the execution is cancelled, and is not tried again', async () => {
		const abort = new AbortController();
		const { get } = await peer([{ hangs: true }], { signal: abort.signal, timeoutMs: 3_600_000 });
		const arrival = setInterval(() => server.seen.length > 0 && abort.abort(), 5);
		await expect(get()).rejects.toMatchObject({ name: 'AbortError' });
		clearInterval(arrival);
		expect(server.seen).toHaveLength(1);
	});
});
