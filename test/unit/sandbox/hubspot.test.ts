import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { startSandbox, type HubSpotSandbox, type Sandbox } from '../../sandbox';

const DEALS = '/crm/objects/2026-09/deals';

let sandbox: Sandbox;
let hubspot: HubSpotSandbox;
let token: string;

beforeAll(async () => {
	sandbox = await startSandbox({ seed: 'sandbox-hubspot' });
	({ hubspot } = sandbox);
	token = hubspot.connect('harbour').accessToken;
});

afterEach(() => hubspot.clear());

afterAll(async () => await sandbox.close());

interface Answer {
	status: number;
	headers: Headers;
	json: Record<string, unknown> & { results: Array<Record<string, unknown>> };
}

async function ask(path: string, body?: unknown, bearer = token): Promise<Answer> {
	const reply = await fetch(hubspot.endpoints.apiBaseUrl + path, {
		method: body === undefined ? 'GET' : 'POST',
		headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const text = await reply.text();
	return { status: reply.status, headers: reply.headers, json: JSON.parse(text || '{}') as Answer['json'] };
}

async function form(path: string, fields: Record<string, string>): Promise<Answer> {
	const reply = await fetch(hubspot.endpoints.apiBaseUrl + path, {
		method: 'POST',
		headers: { authorization: `Bearer ${token}` },
		body: new URLSearchParams({
			client_id: hubspot.client.clientId,
			client_secret: hubspot.client.clientSecret,
			...fields,
		}),
	});
	return { status: reply.status, headers: reply.headers, json: (await reply.json()) as Answer['json'] };
}

const SEARCH = { filterGroups: [], sorts: ['hs_lastmodifieddate'], properties: [] };
const inputs = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index + 1) }));

describe('the HubSpot of the sandbox', () => {
	it('gives tokens that do not rotate, and says what they are for, the token included', async () => {
		const { refreshToken } = hubspot.connect('southern');
		const { json } = await form('/oauth/2026-09/token', {
			grant_type: 'refresh_token',
			refresh_token: refreshToken,
		});
		const { hubId, domain } = hubspot.portal('southern');
		expect(json).toMatchObject({ token_type: 'bearer', expires_in: 1_800, hub_id: hubId });
		const fresh = String(json.access_token);
		const told = await form('/oauth/2026-09/token/introspect', { token: fresh });
		expect(told.json).toMatchObject({ active: true, token: fresh, hub_id: hubId, hub_domain: domain });
		hubspot.revoke('southern');
		const refused = await form('/oauth/2026-09/token', {
			grant_type: 'refresh_token',
			refresh_token: refreshToken,
		});
		expect(refused).toMatchObject({
			status: 400,
			json: { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN' },
		});
	});

	it.each<[what: string, path: string, body: unknown]>([
		['a page of more than 100', `${DEALS}?limit=101`, undefined],
		['a page of more than 50 with a history', `${DEALS}?limit=51&propertiesWithHistory=dealstage`, undefined],
		['a search of more than 200', `${DEALS}/search`, { ...SEARCH, limit: 201 }],
		['results beyond the 10,000th', `${DEALS}/search`, { ...SEARCH, limit: 100, after: '9901' }],
		[
			'a body of more than 3,000 characters',
			`${DEALS}/search`,
			{ ...SEARCH, properties: ['x'.repeat(3_000)] },
		],
		['a batch of more than 100', `${DEALS}/batch/read`, { inputs: inputs(101) }],
		[
			'a history of more than 50',
			`${DEALS}/batch/read`,
			{ inputs: inputs(51), propertiesWithHistory: ['dealstage'] },
		],
	])('refuses %s', async (_what, path, body) => {
		expect(await ask(path, body)).toMatchObject({
			status: 400,
			json: { category: 'VALIDATION_ERROR' },
		});
	});

	it('refuses an address that is too long', async () => {
		const reply = await fetch(`${hubspot.endpoints.apiBaseUrl}${DEALS}?properties=${'p'.repeat(15_500)}`, {
			headers: { authorization: `Bearer ${token}` },
		});
		expect(reply.status).toBe(414);
	});

	it('allows five searches a second, and says nothing of what is left', async () => {
		const replies = await Promise.all(
			Array.from({ length: 6 }, () => ask(`${DEALS}/search`, { ...SEARCH, limit: 1 })),
		);
		expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429]);
		const refused = replies.find(({ status }) => status === 429);
		expect(refused?.json).toMatchObject({ policyName: 'SECONDLY' });
		expect([...refused!.headers.keys()].filter((name) => name.startsWith('x-hubspot'))).toEqual([]);
	});

	it('allows so many other calls in ten seconds, and says how many are left', async () => {
		hubspot.setLimits({ tenSeconds: 2 });
		const left = async () => (await ask(`${DEALS}?limit=1`)).headers.get('x-hubspot-ratelimit-remaining');
		expect([await left(), await left()]).toEqual(['1', '0']);
		const { status, json, headers } = await ask(`${DEALS}?limit=1`);
		expect([status, json.policyName, headers.get('retry-after')]).toEqual([
			429,
			'TEN_SECONDLY_ROLLING',
			null,
		]);
	});

	it('hides deleted deals from list and search, and lists them in the recycle bin', async () => {
		const books = hubspot.books('harbour');
		const [id] = books.ids(1);
		books.delete(id!);
		const ids = ({ json }: Answer): unknown[] => json.results.map((one) => one.id);
		expect(ids(await ask(`${DEALS}?limit=100`))).not.toContain(String(id));
		const [gone] = (await ask(`${DEALS}?limit=100&archived=true`)).json.results;
		expect(gone).toMatchObject({ id: String(id), archived: true, archivedAt: expect.any(String) });
		const batch = await ask(`${DEALS}/batch/read`, { inputs: [{ id: String(id) }] });
		expect(batch).toMatchObject({ status: 207, json: { results: [], numErrors: 1 } });
		books.restore(id!);
	});

	it('gives values as texts, empty ones as null or "", and the newest stage first', async () => {
		const body = {
			inputs: hubspot
				.books('harbour')
				.ids(50)
				.map((id) => ({ id: String(id) })),
			properties: ['amount', 'hs_is_closed_lost', 'no_such_property'],
			propertiesWithHistory: ['dealstage'],
		};
		const { json } = await ask(`${DEALS}/batch/read`, body);
		const values = json.results.flatMap(({ properties }) => Object.values(properties as object) as unknown[]);
		expect(values.every((value) => value === null || typeof value === 'string')).toBe(true);
		expect([values.includes(null), values.includes('')]).toEqual([true, true]);
		for (const { properties, propertiesWithHistory } of json.results) {
			expect(properties).not.toHaveProperty('no_such_property');
			const { dealstage } = propertiesWithHistory as { dealstage: Array<{ timestamp: string }> };
			const times = dealstage.map(({ timestamp }) => Date.parse(timestamp));
			expect(times).toEqual(times.toSorted((a, b) => b - a));
		}
	});

	it('gives companies by numbers among others, and says which is the primary one', async () => {
		const books = hubspot.books('harbour');
		const id = books.ids().find((one) => books.deal(one).companyId !== null)!;
		const none = books.ids().find((one) => books.deal(one).companyId === null)!;
		const body = { inputs: [{ id: String(id) }, { id: String(none) }] };
		const { status, json } = await ask('/crm/associations/2026-09/deals/companies/batch/read', body);
		expect(status).toBe(207);
		expect(json.results).toHaveLength(1);
		expect(json).toMatchObject({ errors: [{ context: { fromObjectId: [String(none)] } }] });
		expect(json.results[0]?.to).toMatchObject([
			{ associationTypes: [{ typeId: 341 }] },
			{
				toObjectId: books.deal(id).companyId,
				associationTypes: [{ typeId: 341 }, { typeId: 5, label: 'Primary' }],
			},
		]);
	});

	it('refuses what a consent did not include, and a token that has ended', async () => {
		const poor = hubspot.connect('harbour', { scopes: ['oauth'] }).accessToken;
		expect(await ask(`${DEALS}?limit=1`, undefined, poor)).toMatchObject({
			status: 403,
			json: { category: 'MISSING_SCOPES' },
		});
		hubspot.expireAccessTokens('harbour');
		expect(await ask(`${DEALS}?limit=1`)).toMatchObject({
			status: 401,
			json: { category: 'EXPIRED_AUTHENTICATION' },
		});
		token = hubspot.connect('harbour').accessToken;
	});

	it('can be changed over HTTP, as a person would', async () => {
		const control = async (path: string, body: object) =>
			await fetch(`${sandbox.url}/__sandbox/hubspot${path}`, { method: 'POST', body: JSON.stringify(body) });
		const [deal, other] = hubspot.books('atlantic').ids(2);
		await control('/edit', { consent: 'atlantic', deal, cents: 4_711 });
		await control('/move', { consent: 'atlantic', deal, stage: 'closedwon' });
		const merged = await control('/merge', { consent: 'atlantic', first: deal, second: other });
		const { deal: into } = (await merged.json()) as { deal: number };
		expect(hubspot.books('atlantic').deal(into)).toMatchObject({ cents: 4_711 });
		const expected = await fetch(`${sandbox.url}/__sandbox/hubspot/expected?consent=atlantic`);
		const deals = (await expected.json()) as Array<{ leadId: string; status: string }>;
		expect(deals.find(({ leadId }) => leadId === String(into))).toMatchObject({ status: 'won' });
		expect(deals.find(({ leadId }) => leadId === String(deal))).toMatchObject({ status: 'deleted' });
	});
});
