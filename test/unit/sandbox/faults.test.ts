import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startSandbox, type Fault, type Sandbox } from '../../sandbox';
import { get } from './reading';
import { expectPoll } from '../../support/expect/expectations';

let sandbox: Sandbox;
let accessToken: string;
let [first, second] = ['', ''];

beforeEach(async () => {
	sandbox = await startSandbox();
	({ accessToken } = sandbox.xero.connect('harbour'));
	[first = '', second = ''] = sandbox.xero.organisations('harbour').map(({ id }) => id);
});
afterEach(() => sandbox.close());

const REPORT = '/api.xro/2.0/Reports/ProfitAndLoss?fromDate=2026-05-01&toDate=2026-05-31&standardLayout=true';
const report = (id = first, path = REPORT) => get(sandbox.url, path, accessToken, id);

describe('limits', () => {
	it('stand in the headers of each reply and count per organisation', async () => {
		await report();
		const { headers } = await report();
		expect(headers.get('x-daylimit-remaining')).toBe('4998');
		expect(headers.get('x-minlimit-remaining')).toBe('58');
		expect(headers.get('x-appminlimit-remaining')).toBe('9998');
		expect((await report(second)).headers.get('x-minlimit-remaining')).toBe('59');
	});

	it('a limit per minute answers 429 with the seconds to wait, and is free again after them', async () => {
		sandbox.xero.setLimits({ minute: 2, minuteSeconds: 30 });
		await report();
		await report();
		const refused = await report();
		expect([refused.status, refused.headers.get('x-rate-limit-problem')]).toEqual([429, 'minute']);
		const wait = Number(refused.headers.get('retry-after'));
		expect(wait).toBeGreaterThan(25);
		expect((await report(second)).status).toBe(200);
		sandbox.clock.shift(wait);
		expect((await report()).status).toBe(200);
	});

	it('the limits of a day and of the application hold', async () => {
		sandbox.xero.spendLimit(first, 4_999);
		sandbox.xero.setLimits({ minute: 10_000 });
		expect((await report()).headers.get('x-daylimit-remaining')).toBe('0');
		const refused = await report();
		expect([refused.status, refused.headers.get('x-rate-limit-problem')]).toEqual([429, 'day']);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
		sandbox.xero.setLimits({ appMinute: 1 });
		expect((await report(second)).headers.get('x-rate-limit-problem')).toBe('appminute');
	});

	it('a sixth concurrent request is refused without a time to wait', async () => {
		sandbox.xero.setLimits({ latencyMs: 150 });
		const replies = await Promise.all(Array.from({ length: 6 }, () => report()));
		const refused = replies.filter(({ status }) => status === 429);
		expect(refused).toHaveLength(1);
		expect(refused[0]?.headers.get('retry-after')).toBeNull();
		expect(refused[0]?.headers.get('x-rate-limit-problem')).toBe('concurrent');
		expect((await report()).status).toBe(200);
	});

	it('lets go of a request whose client gave up', async () => {
		sandbox.xero.setLimits({ concurrent: 1 });
		sandbox.xero.faults.add({ kind: 'hang' });
		const headers = { authorization: `Bearer ${accessToken}`, 'xero-tenant-id': first };
		await expect(
			fetch(`${sandbox.url}${REPORT}`, { headers, signal: AbortSignal.timeout(100) }),
		).rejects.toThrow();
		await expectPoll(async () => (await report()).status).toBe(200);
	});
});

describe('faults', () => {
	it.each<[Fault, number, RegExp]>([
		[{ kind: 'status' }, 500, /^$/],
		[{ kind: 'status', status: 503, body: 'maintenance' }, 503, /maintenance/],
		[{ kind: 'tooManyRequests' }, 429, /^$/],
		[{ kind: 'dayLimit' }, 429, /^$/],
		[{ kind: 'html' }, 200, /<h1>/],
		[{ kind: 'errorBody' }, 200, /InternalException/],
		[{ kind: 'slowDrip', delayMs: 2 }, 200, /Net Profit.*\}$/],
		[{ kind: 'delay', delayMs: 5 }, 200, /Net Profit/],
		[{ kind: 'tokenExpired' }, 401, /TokenExpired/],
		[{ kind: 'authenticationUnsuccessful' }, 401, /AuthenticationUnsuccessful/],
		[{ kind: 'authorizationUnsuccessful' }, 401, /AuthorizationUnsuccessful/],
		[{ kind: 'reportsForbidden' }, 403, /permission/],
		[{ kind: 'organisationGone' }, 403, /AuthenticationUnsuccessful/],
		[{ kind: 'unknownFields' }, 200, /Sparkline/],
		[{ kind: 'fieldsRemoved' }, 200, /"Moved"/],
		[{ kind: 'fieldTypesChanged' }, 200, /"Value":-?\d/],
	])('%o answers as ordered, once', async (fault, status, body) => {
		sandbox.xero.faults.add(fault);
		const reply = await report();
		expect(reply.status).toBe(status);
		expect(reply.body).toMatch(body);
		expect(sandbox.xero.faults.pending()).toEqual([]);
		expect((await report()).status).toBe(200);
		expect(sandbox.xero.requests.map((entry) => [entry.fault, entry.status])).toEqual([
			[fault.kind, status],
			[null, 200],
		]);
	});

	it.each<[Fault['retryAfter'], RegExp | null]>([
		[7, /^7$/],
		['date', / GMT$/],
		[null, null],
	])('a 429 waits as told: %s', async (retryAfter, expected) => {
		sandbox.xero.faults.add({ kind: 'tooManyRequests', retryAfter });
		const given = (await report()).headers.get('retry-after');
		if (expected) expect(given).toMatch(expected);
		else expect(given).toBeNull();
	});

	it('cuts JSON in half, as a whole reply or by ending the connection', async () => {
		sandbox.xero.faults.add({ kind: 'truncatedJson' }, { kind: 'cutConnection' });
		const cut = await report();
		expect(() => JSON.parse(cut.body)).toThrow(SyntaxError);
		await expect(report()).rejects.toThrow();
	});

	it('resets a connection before or after the deed', async () => {
		const { refreshToken } = sandbox.xero.connect('kiwi');
		const before = sandbox.xero.issuedSecrets().length;
		const path = '/connect/token';
		sandbox.xero.faults.add({ kind: 'reset', path }, { kind: 'lostReply', path });
		const refresh = () =>
			fetch(`${sandbox.url}/identity/connect/token`, {
				method: 'POST',
				headers: {
					authorization: `Basic ${Buffer.from(Object.values(sandbox.xero.client).join(':')).toString('base64')}`,
				},
				body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
			});
		await expect(refresh()).rejects.toThrow();
		expect(sandbox.xero.issuedSecrets()).toHaveLength(before);
		await expect(refresh()).rejects.toThrow();
		expect(sandbox.xero.issuedSecrets().length).toBeGreaterThan(before);
		expect((await refresh()).status).toBe(200);
		expect(sandbox.xero.refreshCalls).toBe(3);
		sandbox.xero.faults.add(
			{ kind: 'invalidGrant', consent: 'harbour' },
			{ kind: 'invalidGrant', consent: 'kiwi' },
		);
		expect(await (await refresh()).json()).toEqual({ error: 'invalid_grant' });
		expect(sandbox.xero.faults.pending()).toHaveLength(1);
	});

	it('redirects to another host, where a bearer that follows is noticed', async () => {
		sandbox.xero.faults.add({ kind: 'redirect' });
		const { status, headers } = await report();
		expect(status).toBe(302);
		const location = new URL(headers.get('location') ?? '');
		expect(location.hostname).not.toBe(new URL(sandbox.url).hostname);
		await get(sandbox.url, location.pathname, accessToken);
		expect(sandbox.xero.requests.at(-1)).toMatchObject({ path: '/elsewhere', authorised: true });
	});

	it('hits what it was ordered for: organisation, month, path, count and those let pass', async () => {
		sandbox.xero.faults.add(
			{ kind: 'status', accountId: second, count: 'always' },
			{ kind: 'html', month: '2026-04' },
			{ kind: 'status', status: 501, path: 'BankSummary', skip: 1, count: 2 },
		);
		const statuses = async (path: string, times: number, id = first) => {
			const found: number[] = [];
			for (let index = 0; index < times; index++) found.push((await report(id, path)).status);
			return found;
		};
		expect(await statuses(REPORT, 3, second)).toEqual([500, 500, 500]);
		expect((await report()).body).not.toContain('<h1>');
		expect((await report(first, REPORT.replaceAll('-05-', '-04-').replace('31', '30'))).body).toContain(
			'<h1>',
		);
		expect(await statuses('/api.xro/2.0/Reports/BankSummary', 4)).toEqual([200, 501, 501, 200]);
		expect(sandbox.xero.faults.pending()).toHaveLength(1);
		sandbox.xero.faults.clear();
		expect((await report(second)).status).toBe(200);
	});
});

describe('the controls over HTTP', () => {
	const control = async (method: string, path: string, body?: unknown) => {
		const response = await fetch(`${sandbox.url}/__sandbox${path}`, { method, body: JSON.stringify(body) });
		return { status: response.status, body: JSON.parse(await response.text()) };
	};

	it('do what the ones in the process do', async () => {
		const { body: tokens } = await control('POST', '/xero/connect', { consent: 'kiwi' });
		const { body: organisations } = await control('GET', '/xero/organisations?consent=kiwi');
		expect(organisations).toEqual(sandbox.xero.organisations('kiwi'));
		const [{ id }] = organisations;
		const totals = () => control('GET', `/xero/totals?organisationId=${id}&month=2026-02`);
		expect((await totals()).body).toEqual(sandbox.xero.totals(id, '2026-02'));
		await control('POST', '/xero/edit', { organisationId: id, month: '2026-02', revenue: '10.00' });
		expect((await totals()).body).toEqual(sandbox.xero.totals(id, '2026-02'));
		await control('POST', '/xero/faults', [{ kind: 'html', count: 2 }, { kind: 'reset' }]);
		expect((await control('GET', '/xero/faults')).body).toHaveLength(2);
		await control('POST', '/xero/limits', { day: 3 });
		const reply = await get(sandbox.url, REPORT, tokens.accessToken, id);
		expect([reply.headers.get('x-daylimit-remaining'), reply.body.includes('<h1>')]).toEqual(['2', true]);
		expect((await control('GET', '/xero/requests')).body.requests).toHaveLength(1);
		await control('POST', '/xero/clear');
		expect((await control('GET', '/xero/faults')).body).toEqual([]);
		expect((await control('GET', '/xero/secrets')).body).toContain(tokens.refreshToken);
		await control('POST', '/xero/expire', { consent: 'kiwi' });
		expect((await get(sandbox.url, REPORT, tokens.accessToken, id)).status).toBe(401);
		const before = sandbox.clock.now().getTime();
		await control('POST', '/clock', { shiftSeconds: 3_600 });
		expect(sandbox.clock.now().getTime() - before).toBeGreaterThanOrEqual(3_600_000);
	});

	it('refuse what they do not know, with the reason', async () => {
		expect(await control('POST', '/xero/faults', { kind: 'htlm' })).toMatchObject({ status: 400 });
		expect(await control('POST', '/xero/faults', { kind: 'html', times: 2 })).toMatchObject({ status: 400 });
		const unknown = await control('POST', '/xero/connect', { consent: 'nobody' });
		expect(unknown).toEqual({
			status: 400,
			body: { error: expect.stringContaining('There are: harbour, southern') },
		});
		expect((await control('POST', '/xero/nothing')).status).toBe(404);
	});
});
