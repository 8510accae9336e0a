import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startSandbox, type Sandbox } from '../../sandbox';

const DAY = 24 * 3_600_000;

let sandbox: Sandbox;
let token: string;

beforeEach(async () => {
	sandbox = await startSandbox({ seed: 'sandbox-pipedrive' });
	token = sandbox.pipedrive.connect('harbour').accessToken;
});

afterEach(async () => {
	await sandbox.close();
});

interface Answer {
	status: number;
	headers: Headers;
	body: string;
	json: { data: Array<Record<string, unknown>>; additional_data?: { next_cursor?: string | null } };
}

async function get(path: string, query: Record<string, string> = {}): Promise<Answer> {
	const url = `${sandbox.url}/pipedrive${path}?${new URLSearchParams(query).toString()}`;
	const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
	const body = await reply.text();
	const json = body.startsWith('{') ? (JSON.parse(body) as Answer['json']) : { data: [] };
	return { status: reply.status, headers: reply.headers, body, json };
}

const idsIn = ({ json }: Answer): unknown[] => json.data.map(({ id }) => id);
const company = () => sandbox.pipedrive.company('harbour');

describe('Pipedrive in the sandbox', () => {
	it.each(['2026-10-07T11:50:00.000Z', '2026-10-07 11:50:00', '2026-10-07T11:50:00+10:00'])(
		'refuses a time that is not in whole seconds and Z: %s',
		async (time) => {
			expect((await get('/api/v2/deals', { updated_since: time })).status).toBe(400);
		},
	);

	it('lists a deleted deal for thirty days and only when asked, an archived one elsewhere', async () => {
		const deals = [...company().deals.values()].filter(({ archived, deleted }) => !archived && !deleted);
		const [fresh, old, archived] = deals;
		company().delete(fresh!, new Date(Date.now() - 29 * DAY));
		company().delete(old!, new Date(Date.now() - 31 * DAY));
		company().archive(archived!, true);
		const usual = idsIn(await get('/api/v2/deals', { limit: '500' }));
		const withDeleted = idsIn(await get('/api/v2/deals', { limit: '500', status: 'open,won,lost,deleted' }));
		expect(usual).not.toContain(fresh!.id);
		expect(withDeleted).toContain(fresh!.id);
		expect(withDeleted).not.toContain(old!.id);
		expect(withDeleted).not.toContain(archived!.id);
		expect(idsIn(await get('/api/v2/deals/archived', { limit: '500' }))).toContain(archived!.id);
	});

	it('has no time of change of a deal that nobody changed, and does not find it by one', async () => {
		const { json } = await get('/api/v2/deals', { limit: '500' });
		const untouched = json.data.filter((deal) => deal.update_time === null).map(({ id }) => id);
		expect(untouched.length).toBeGreaterThan(0);
		const since = await get('/api/v2/deals', { limit: '500', updated_since: '2000-01-01T00:00:00Z' });
		expect(idsIn(since).filter((id) => untouched.includes(id))).toEqual([]);
	});

	it('pages by what comes next, so that equal times at an edge lose and repeat nothing', async () => {
		token = sandbox.pipedrive.connect('bulk').accessToken;
		const seen: unknown[] = [];
		let cursor: string | null | undefined;
		do {
			const query = { sort_by: 'update_time', limit: '40', ...(cursor && { cursor }) };
			const answer = await get('/api/v2/deals', query);
			seen.push(...idsIn(answer));
			cursor = answer.json.additional_data?.next_cursor;
		} while (cursor);
		expect(new Set(seen).size).toBe(seen.length);
		const there = [...sandbox.pipedrive.company('bulk').deals.values()];
		expect(seen).toHaveLength(there.filter(({ archived, deleted }) => !archived && !deleted).length);
	});

	it('tells of both limits in its headers, counts tokens, and has no Retry-After', async () => {
		sandbox.pipedrive.setLimits({ burst: 2 });
		const left = sandbox.pipedrive.tokensLeft('harbour');
		const [first, , third] = [
			await get('/api/v2/deals'),
			await get('/api/v2/stages'),
			await get('/api/v2/stages'),
		];
		expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
		expect(first.headers.get('x-daily-ratelimit-token-remaining')).toBe(String(left - 10));
		expect(third.status).toBe(429);
		expect(third.headers.get('x-ratelimit-reset')).toBe('2');
		expect(third.headers.get('retry-after')).toBeNull();
		expect(sandbox.pipedrive.tokensLeft('harbour')).toBe(left - 15);
	});

	it('shares the day’s tokens with other apps, and has them again the next day', async () => {
		sandbox.pipedrive.spendTokens('harbour', sandbox.pipedrive.tokensLeft('harbour') - 5);
		const refused = await get('/api/v2/deals');
		expect(refused.status).toBe(429);
		expect(refused.headers.get('x-daily-ratelimit-token-remaining')).toBe('0');
		sandbox.clock.shift(86_400);
		token = sandbox.pipedrive.connect('harbour').accessToken;
		expect((await get('/api/v2/deals')).status).toBe(200);
	});

	it('shuts out who goes on after a 429, with a page of HTML', async () => {
		sandbox.pipedrive.setLimits({ burst: 1, patience: 2 });
		const statuses: number[] = [];
		for (let call = 0; call < 6; call++) statuses.push((await get('/api/v2/stages')).status);
		expect(statuses).toEqual([200, 429, 429, 429, 429, 403]);
		expect((await get('/api/v2/stages')).body).toContain('<!DOCTYPE html>');
	});

	it('gives no history without its scope, and says which company it is to any token', async () => {
		token = sandbox.pipedrive.connect('harbour', { scopes: ['base', 'deals:read'] }).accessToken;
		const refused = await get('/api/v1/deals/100/flow');
		expect(refused.status).toBe(403);
		expect(refused.body).toContain('Scope and URL mismatch');
		const me = await get('/api/v1/users/me');
		expect(me.body).toContain(`"company_id":${company().id}`);
	});

	it('names the company’s own address with its tokens', () => {
		expect(sandbox.pipedrive.connect('harbour').metadata).toEqual({ apiDomain: `${sandbox.url}/pipedrive` });
	});

	it('lets a person do over HTTP what tests do', async () => {
		const base = `${sandbox.url}/__sandbox/pipedrive`;
		const post = async (path: string, body: object): Promise<number> =>
			(await fetch(base + path, { method: 'POST', body: JSON.stringify(body) })).status;
		const deal = [...company().deals.values()].find(({ status }) => status === 'open')!;
		const of = { consent: 'harbour', dealId: deal.id };
		expect(await post('/close', { ...of, status: 'won' })).toBe(200);
		expect(await post('/edit', { ...of, value: '12.34' })).toBe(200);
		expect(await post('/edit', { ...of, value: 12.34 })).toBe(400);
		expect(deal).toMatchObject({ status: 'won', value: '12.34' });
		const funnel = (await (await fetch(`${base}/funnel?consent=harbour`)).json()) as unknown[];
		expect(funnel).toEqual(sandbox.pipedrive.funnel('harbour'));
	});
});
