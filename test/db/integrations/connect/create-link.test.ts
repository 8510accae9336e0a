import { beforeEach, describe, expect, it } from '@jest/globals';

import { findLink } from '../../../../db/integrations/connect/links';
import { createConnectLink } from '../../../../nodes/Integrations/connection/create-link';
import { getTimeline } from '../../../../nodes/Integrations/connection/get-timeline';
import { readStartPage } from '../../../../nodes/shared/link-url';
import { account, Connecting } from '../../../support/database/connecting';
import { useDatabase } from '../../../support/database/use-database';
import { nodeContext } from '../../../support/n8n/node-context';

const database = useDatabase();
let connecting: Connecting;
let tenantId: string;
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	connecting = new Connecting(database);
	tenantId = await connecting.tenant('Harbour Coffee');
});

interface LinkItem {
	url: string;
	expiresAt: string;
	message: string;
	tenant: string;
}

function contextOf(
	parameters: object,
	resumeUrl: unknown = 'https://n8n.example/zx/webhook-waiting/7?signature=s',
) {
	const given = { provider: 'xero', ...parameters };
	const context = nodeContext({ database: database.settings, items: [{}], parameters: given });
	return Object.assign(context, { evaluateExpression: () => resumeUrl });
}

async function create(parameters: object, resumeUrl?: unknown): Promise<LinkItem[]> {
	const items = await createConnectLink(contextOf(parameters, resumeUrl));
	return items.map(({ json }) => json as unknown as LinkItem);
}

const tokenOf = (url: string): string => new URL(url).searchParams.get('t')!;

describe('Connection: Create Link', () => {
	it('makes a link at n8n’s own address, with words for whom it is', async () => {
		const [item] = await create({ tenantId });
		expect(item!.url).toMatch(/^https:\/\/n8n\.example\/zx\/webhook\/zixly-connect\?t=[\w-]{43}$/);
		expect(await findLink(database.pool, { token: tokenOf(item!.url) })).toMatchObject({
			...{ tenantId, provider: 'xero', purpose: 'connect', replacesAccount: false },
		});
		expect(item).toMatchObject({ tenant: 'Harbour Coffee', provider: 'Xero' });
		expect(item!.message).toMatch(/^Send this link to Harbour Coffee alone.*valid until \d{4}-\d\d-\d\d/);
	});

	it('takes purpose, validity, Replace and another address', async () => {
		const options = { validHours: 0.5, replacesAccount: true };
		const [item] = await create({
			tenantId,
			purpose: 'reconnect',
			options,
			baseUrl: 'https://connect.example/',
		});
		expect(item!.url).toMatch(/^https:\/\/connect\.example\/webhook\/zixly-connect\?t=/);
		expect(await findLink(database.pool, { token: tokenOf(item!.url) })).toMatchObject({
			...{ purpose: 'reconnect', replacesAccount: true },
		});
		const minutes = (Date.parse(item!.expiresAt) - Date.now()) / 60_000;
		expect(minutes).toBeGreaterThan(25);
		expect(minutes).toBeLessThan(31);
	});

	it.each([
		[{ baseUrl: 'http://n8n.example' }, /must begin with https/],
		[{ baseUrl: 'n8n.example' }, /is not a URL/],
		[{ options: { validHours: 169 } }, /between 30 minutes and 7 days/],
		[{ options: { validHours: 'soon' } }, /between 30 minutes and 7 days/],
		[{ tenantId: 'unknown' }, /There is no tenant "unknown"/],
		[{ provider: 'unknown' }, /There is no provider "unknown"/],
		[{ purpose: 'steal' }, /"steal" is not a purpose/],
	])('makes nothing of %j', async (parameters, message) => {
		await expect(create({ tenantId, ...parameters })).rejects.toThrow(message);
		const { rows } = await database.admin.query('select count(*)::int from etl.connect_links');
		expect(rows).toEqual([{ count: 0 }]);
	});

	it('asks for Base URL where n8n does not say its address', async () => {
		await expect(create({ tenantId }, 'https://n8n.example/other/7')).rejects.toThrow(/does not say/);
		await expect(create({ tenantId }, null)).rejects.toThrow(/does not say/);
	});

	it('makes one for every tenant that needs one', async () => {
		await connecting.connect({ tenantId: await connecting.tenant('Works') }, [account('works')]);
		await connecting.tenant('Southern Trust');
		const items = await create({ allTenants: true, purpose: 'manage' });
		expect(items.map(({ tenant }) => tenant)).toEqual(['Harbour Coffee', 'Southern Trust']);
		const link = await findLink(database.pool, { token: tokenOf(items[1]!.url) });
		expect(link).toMatchObject({ tenantName: 'Southern Trust', purpose: 'connect' });
	});
});

describe('the start page', () => {
	it.each([
		['https://n8n.example', 'https://n8n.example/webhook/zixly-connect'],
		[' https://n8n.example/ ', 'https://n8n.example/webhook/zixly-connect'],
		['https://n8n.example/zx/', 'https://n8n.example/zx/webhook/zixly-connect'],
		['https://n8n.example/webhook', 'https://n8n.example/webhook/zixly-connect'],
		['https://n8n.example/webhook/zixly-connect/?t=1#x', 'https://n8n.example/webhook/zixly-connect'],
		['https://n8n.example/zx/webhook/our-door', 'https://n8n.example/zx/webhook/our-door'],
		['http://localhost:5678', 'http://localhost:5678/webhook/zixly-connect'],
	])('the start page of %s is %s', (base, page) => {
		expect(readStartPage(base)).toBe(page);
	});

	it.each([
		['', /There is no base URL/],
		['http://n8n.example', /must begin with https/],
		['http://localhost.evil.example', /must begin with https/],
		['javascript:alert(1)', /must begin with https/],
		['https://user:made-up@n8n.example', /user name or password/],
		[`https://n8n.example/${'a'.repeat(600)}`, /is not a URL/],
	])('is not made of %s', (base, message) => {
		expect(() => readStartPage(base)).toThrow(message);
	});
});

describe('Connection: Get Timeline', () => {
	it('shows events in words, newest first', async () => {
		await connecting.connect({ tenantId }, [account('one'), account('two', null)]);
		const items = await getTimeline(contextOf({ simplify: true, filters: { tenantId, provider: 'xero' } }));
		expect(items.map(({ json }) => json.event)).toEqual([
			...['Connected', 'Consent given, not confirmed yet', 'Link created'],
		]);
		expect(items[0]!.json).toEqual({
			time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
			...{ event: 'Connected', tenant: 'Harbour Coffee', provider: 'Xero', accounts: 'Name of one, two' },
			...{ reason: null, by: 'person-first', connectionId: expect.any(String) },
		});
		const raw = await getTimeline(contextOf({ filters: {}, limit: 1 }));
		expect(raw.map(({ json }) => json.event)).toEqual(['connected']);
	});
});
