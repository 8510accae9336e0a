import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createLink, type NewLink } from '../../../db/integrations/connect/links';
import { createTenant } from '../../../db/integrations/tenants';
import { serviceOf, serviceKeys, startSandbox, type Sandbox, type ServiceKey } from '../../sandbox';
import { newRing } from '../../support/database/connecting';
import { useDatabase } from '../../support/database/use-database';
import { startPages, type PagesServer } from '../../support/connect/pages-server';
import { addressOf, allAccounts, allow, CONSENTS } from '../../support/connect/steps';
import { Visitor } from '../../support/connect/visitor';

describe('connecting by the pages', () => {
	const database = useDatabase();
	const ring = newRing();
	let sandbox: Sandbox;
	let pages: PagesServer;
	let count = 0;

	beforeAll(async () => {
		sandbox = await startSandbox();
		pages = await startPages({ pool: database.pool, ring, sandbox });
	});

	afterAll(async () => {
		await pages.close();
		await sandbox.close();
	});

	async function newTenant(name = `Tenant ${++count}`): Promise<string> {
		return (await createTenant(database.pool, { name })).id;
	}

	async function link(tenantId: string, more: Partial<NewLink> = {}): Promise<string> {
		const wanted = { provider: 'xero', purpose: 'connect' as const, lifetimeMinutes: 60, ...more };
		const { token } = await createLink(database.pool, { tenantId, ...wanted });
		return `${pages.url}?t=${token}`;
	}

	async function connectionOf(tenantId: string, provider = 'xero') {
		const { rows } = await database.admin.query<{ status: string; hasTokens: boolean; accounts: string[] }>(
			`select status, access_token <> '' as "hasTokens", array(select a.account_id from etl.accounts a
				where a.integration_id = i.id and a.enabled and a.released_at is null order by 1) as accounts
			from integrations i where tenant_id = $1 and provider = $2`,
			[tenantId, provider],
		);
		return rows[0];
	}

	async function expire(tenantId: string): Promise<void> {
		await database.admin.query('update etl.connect_links set expires_at = now() where tenant_id = $1', [
			tenantId,
		]);
	}

	async function eventsOf(tenantId: string): Promise<string[]> {
		const { rows } = await database.admin.query<{ event: string }>(
			'select event from etl.connection_events where tenant_id = $1 order by id',
			[tenantId],
		);
		return rows.map(({ event }) => event);
	}

	/** All that the flow writes. */
	async function books(): Promise<unknown> {
		const tables = [
			'etl.connect_links',
			'etl.connect_states',
			'etl.connection_events',
			'integrations',
			'etl.accounts',
		];
		const read = async (table: string) =>
			(await database.admin.query(`select * from ${table} order by 1, 2`)).rows;
		return await Promise.all(tables.map(read));
	}

	/** The address that the provider leads back to, before it was opened. */
	async function findCallback(visitor: Visitor, address: string): Promise<string> {
		await visitor.open(address);
		await visitor.press('Continue');
		const reply = await visitor.peek(addressOf(visitor, 'harbour'));
		return reply.headers.get('location') ?? '';
	}

	/** From the link to the page that asks for the confirmation. */
	async function consent(
		visitor: Visitor,
		address: string,
		provider: ServiceKey = 'xero',
		choice = CONSENTS[provider],
	) {
		await visitor.open(address);
		await visitor.press('Continue');
		return await allow(visitor, choice);
	}

	async function connect(
		visitor: Visitor,
		address: string,
		provider: ServiceKey = 'xero',
		choice = CONSENTS[provider],
	) {
		await consent(visitor, address, provider, choice);
		return await visitor.press('Confirm', allAccounts(visitor));
	}

	it.each(serviceKeys)(
		'takes four steps at %s, and stores the accounts that were confirmed',
		async (provider) => {
			const tenantId = await newTenant(`Owner of ${provider}`);
			const visitor = new Visitor();
			const start = await visitor.open(await link(tenantId, { provider }));
			const { displayName } = serviceOf(sandbox, provider);
			expect(start).toMatchObject({ status: 200, title: `Connect ${displayName}` });
			expect(start.url).not.toContain('?t=');
			expect(start.html).toContain(`Owner of ${provider}`);
			await visitor.press('Continue');
			expect(visitor.page.url).toContain(sandbox.url);
			await allow(visitor, CONSENTS[provider]);
			expect(visitor.page.title).toMatch(new RegExp(`^Give Owner of ${provider} access to .*\\?$`));
			expect(visitor.page.url).not.toMatch(/code=/);
			expect(await connectionOf(tenantId, provider)).toMatchObject({
				status: 'PENDING',
				hasTokens: false,
				accounts: [],
			});
			await visitor.press('Confirm', allAccounts(visitor));
			expect(visitor.page).toMatchObject({ status: 200, title: `${displayName} is connected` });
			const stored = await connectionOf(tenantId, provider);
			expect(stored).toMatchObject({ status: 'ACTIVE', hasTokens: true });
			expect(stored?.accounts.length).toBeGreaterThan(0);
		},
	);

	describe('a link', () => {
		it('changes nothing but a cookie when it is opened, whatever opens it', async () => {
			const tenantId = await newTenant();
			const address = await link(tenantId);
			const before = await books();
			await new Visitor().open(address);
			await new Visitor().peek(address, { method: 'HEAD' });
			expect(await books()).toEqual(before);
		});

		it('keeps the secret of a browser that has one', async () => {
			const visitor = new Visitor();
			const first = await visitor.peek(await link(await newTenant()));
			const second = await visitor.peek(await link(await newTenant()));
			expect(second.headers.getSetCookie()[0]).toBe(first.headers.getSetCookie()[0]);
		});

		it.each([
			['t=', 'Open the link that you were sent', 200],
			[`t=${'x'.repeat(43)}`, 'This link is not known', 404],
			['t=a&t=b', 'Open the link that you were sent', 200],
			['t=%00', 'This link is not known', 404],
			['link=x&proof=y', 'This link is not known', 404],
		])('is answered by a page with the query %s', async (query, title, status) => {
			const visitor = new Visitor();
			await visitor.open(await link(await newTenant()));
			expect(await visitor.open(`${pages.url}?${query}`)).toMatchObject({ title, status });
		});

		it('says that it has expired', async () => {
			const tenantId = await newTenant();
			const address = await link(tenantId);
			await expire(tenantId);
			expect(await new Visitor().open(address)).toMatchObject({
				title: 'This link has expired',
				status: 410,
			});
		});

		it('ends at Continue when it expired on the way', async () => {
			const tenantId = await newTenant();
			const visitor = new Visitor();
			await visitor.open(await link(tenantId));
			await expire(tenantId);
			expect(await visitor.press('Continue')).toMatchObject({ title: 'This link has expired' });
		});

		it('says that it was used', async () => {
			const address = await link(await newTenant());
			await connect(new Visitor(), address, 'xero', 'kiwi');
			expect(await new Visitor().open(address)).toMatchObject({
				title: 'This link has already been used',
				status: 410,
			});
		});

		it('belongs to the browser that continued first, and the operator sees that another tried', async () => {
			const tenantId = await newTenant();
			const address = await link(tenantId);
			const [first, second] = [new Visitor(), new Visitor()];
			await first.open(address);
			await first.press('Continue');
			await second.open(address);
			expect(await second.press('Continue')).toMatchObject({
				title: 'This link was opened in another browser',
				status: 403,
			});
			expect(await eventsOf(tenantId)).toContain('other_browser');
		});

		it('is worth nothing to another browser in an address without its token', async () => {
			const visitor = new Visitor();
			const { url } = await visitor.open(await link(await newTenant()));
			const thief = new Visitor();
			expect(await thief.open(url)).toMatchObject({
				title: 'Your browser did not send our cookie',
				status: 400,
			});
			await thief.open(await link(await newTenant()));
			expect(await thief.open(url)).toMatchObject({ title: 'This link was opened in another browser' });
		});

		it('needs cookies, and says so', async () => {
			const visitor = new Visitor(false);
			expect(await visitor.open(await link(await newTenant()))).toMatchObject({
				title: 'Your browser did not send our cookie',
				status: 400,
			});
		});
	});

	describe('a form', () => {
		it.each([
			[{ origin: 'https://evil.example' }],
			[{ origin: 'null' }],
			[{ origin: '', 'sec-fetch-site': 'cross-site' }],
		])('changes nothing when another page sent it with %j', async (headers) => {
			const tenantId = await newTenant();
			const visitor = new Visitor();
			await visitor.open(await link(tenantId));
			const before = await books();
			expect(await visitor.press('Continue', {}, headers)).toMatchObject({
				title: 'This did not come from our page',
				status: 403,
			});
			expect(await books()).toEqual(before);
		});

		it.each([
			['token', ''],
			['token', 'x'.repeat(43)],
		])('changes nothing with the %s "%s"', async (name, value) => {
			const visitor = new Visitor();
			await visitor.open(await link(await newTenant()));
			expect(await visitor.press('Continue', { [name]: value })).toMatchObject({ status: 403 });
		});

		it.each([
			['link', 'other', 404],
			['proof', 'forged', 403],
			['link', ['a', 'b'], 404],
		])('is answered by a page with the %s %j', async (name, value, status) => {
			const visitor = new Visitor();
			await visitor.open(await link(await newTenant()));
			expect(await visitor.press('Continue', { [name]: value })).toMatchObject({ status });
		});

		it('stores nothing when another page sent the confirmation', async () => {
			const tenantId = await newTenant();
			const visitor = new Visitor();
			await consent(visitor, await link(tenantId));
			await visitor.press('Confirm', allAccounts(visitor), { origin: sandbox.url });
			expect(visitor.page.status).toBe(403);
			expect(await connectionOf(tenantId)).toMatchObject({
				status: 'PENDING',
				hasTokens: false,
				accounts: [],
			});
		});
	});

	describe('the way back', () => {
		it('says that it was denied, changes nothing, and leads to another try', async () => {
			const tenantId = await newTenant();
			const visitor = new Visitor();
			await consent(visitor, await link(tenantId), 'xero', 'deny');
			expect(visitor.page).toMatchObject({ title: 'You did not allow the connection', status: 200 });
			expect(await connectionOf(tenantId)).toMatchObject({ status: 'PENDING', hasTokens: false });
			await visitor.click('Begin again');
			expect(visitor.page.title).toBe('Connect Xero');
		});

		it('works once', async () => {
			const visitor = new Visitor();
			await consent(visitor, await link(await newTenant()));
			const [callback = ''] = visitor.seen.filter((seen) => seen.includes('/callback/xero?'));
			expect(await visitor.open(callback)).toMatchObject({
				title: 'This sign-in cannot be used any more',
				status: 400,
			});
		});

		it.each([
			['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
			['no state', (url: URL) => url.searchParams.delete('state')],
			['two states', (url: URL) => url.searchParams.append('state', 'y')],
			[
				'the path of another provider',
				(url: URL) => void (url.pathname = url.pathname.replace('xero', 'myob')),
			],
		])('changes nothing with %s, and does not use the state up', async (_words, change) => {
			const visitor = new Visitor();
			const callback = await findCallback(visitor, await link(await newTenant()));
			const forged = new URL(callback);
			change(forged);
			expect(await visitor.open(forged.href)).toMatchObject({
				title: 'This sign-in cannot be used any more',
			});
			expect((await visitor.open(callback)).title).toMatch(/^Give /);
		});

		it('changes nothing in another browser, and does not use the state up', async () => {
			const visitor = new Visitor();
			const callback = await findCallback(visitor, await link(await newTenant()));
			const [bare, other] = [new Visitor(), new Visitor()];
			await other.open(await link(await newTenant()));
			expect((await bare.open(callback)).title).toBe('Your browser did not send our cookie');
			expect((await other.open(callback)).title).toBe('This sign-in cannot be used any more');
			expect((await visitor.open(callback)).title).toMatch(/^Give /);
		});

		it('is rejected by the provider with a code of somebody else', async () => {
			const visitor = new Visitor();
			const callback = new URL(await findCallback(visitor, await link(await newTenant())));
			callback.searchParams.set('code', 'made-up-code');
			expect((await visitor.open(callback.href)).title).toBe('This sign-in cannot be used any more');
		});

		it('is rejected with the answer of another issuer', async () => {
			const visitor = new Visitor();
			const callback = new URL(await findCallback(visitor, await link(await newTenant())));
			callback.searchParams.set('iss', 'https://evil.example');
			expect((await visitor.open(callback.href)).title).toBe('Xero did not accept the sign-in');
		});

		it.each([
			[{ kind: 'status' as const, status: 503, count: 'always' as const }],
			[{ kind: 'reset' as const, count: 'always' as const }],
			[{ kind: 'lostReply' as const }],
			[{ kind: 'html' as const }],
			[{ kind: 'empty' as const }],
		])('says that the provider does not answer: %j', async (fault) => {
			const tenantId = await newTenant();
			const visitor = new Visitor();
			const callback = await findCallback(visitor, await link(tenantId));
			const { faults } = serviceOf(sandbox, 'xero');
			faults.add({ ...fault, path: '/connect/token' });
			const shown = await visitor.open(callback);
			faults.clear();
			expect(shown).toMatchObject({ title: 'Xero does not answer', status: 503 });
			expect(await connectionOf(tenantId)).toMatchObject({ status: 'PENDING', hasTokens: false });
			await visitor.click('Begin again');
			expect(visitor.page.title).toBe('Connect Xero');
		});
	});

	describe('the confirmation', () => {
		it('says so when the back button returns to it after it was given', async () => {
			const visitor = new Visitor();
			await consent(visitor, await link(await newTenant()), 'xero', 'noreports');
			const { url } = visitor.page;
			await visitor.press('Confirm', allAccounts(visitor));
			expect(await visitor.open(url)).toMatchObject({ title: 'This page has expired', status: 410 });
		});

		it('shows and stores nothing in another browser', async () => {
			const tenantId = await newTenant();
			const visitor = new Visitor();
			await consent(visitor, await link(tenantId));
			const other = new Visitor();
			await other.open(await link(await newTenant()));
			expect(await other.open(visitor.page.url)).toMatchObject({ title: 'This page has expired' });
			expect(other.page.html).not.toContain('name="account"');
		});

		it('stores once from two tabs', async () => {
			const tenantId = await newTenant();
			const address = await link(tenantId, { provider: 'hubspot' });
			const first = new Visitor();
			await consent(first, address, 'hubspot', 'southern');
			const copy = first.clone();
			await copy.open(first.page.url);
			await first.press('Confirm', allAccounts(first));
			await copy.press('Confirm', allAccounts(copy));
			expect([first.page.title, copy.page.title]).toEqual(['HubSpot is connected', 'This page has expired']);
			expect((await eventsOf(tenantId)).filter((event) => event === 'connected')).toHaveLength(1);
		});

		it('connects nothing for an account that was not offered', async () => {
			const tenantId = await newTenant();
			const visitor = new Visitor();
			await consent(visitor, await link(tenantId), 'xero', 'southern');
			await visitor.press('Confirm', { account: '11111111-1111-4111-8111-111111111111' });
			expect(visitor.page.html).toContain('Choose at least one organisation');
			expect(await connectionOf(tenantId)).toMatchObject({ hasTokens: false, accounts: [] });
		});

		it('is rejected for an account that another tenant has, and the other keeps it', async () => {
			const [owner, other] = [await newTenant(), await newTenant()];
			await connect(new Visitor(), await link(owner, { provider: 'pipedrive' }), 'pipedrive', 'southern');
			const before = await connectionOf(owner, 'pipedrive');
			const visitor = new Visitor();
			await connect(visitor, await link(other, { provider: 'pipedrive' }), 'pipedrive', 'southern');
			expect(visitor.page).toMatchObject({
				title: 'This company is already connected elsewhere',
				status: 409,
			});
			expect(await connectionOf(other, 'pipedrive')).toMatchObject({ status: 'PENDING', hasTokens: false });
			expect(await connectionOf(owner, 'pipedrive')).toEqual(before);
		});

		it('waits for the operator where the first connection is to be approved', async () => {
			const tenantId = await newTenant();
			const careful = await startPages({
				pool: database.pool,
				ring,
				sandbox,
				fields: { approveFirst: true },
			});
			const visitor = new Visitor();
			const address = (await link(tenantId, { provider: 'asana' })).replace(pages.url, careful.url);
			await connect(visitor, address, 'asana', 'southern');
			await careful.close();
			expect(visitor.page.title).toBe('Thank you: Harbour Advisory checks the connection');
			expect(await connectionOf(tenantId, 'asana')).toMatchObject({ status: 'PENDING', hasTokens: true });
			expect(await eventsOf(tenantId)).not.toContain('connected');
		});
	});

	it('speaks in the operator’s name, and of a provider that is not set up', async () => {
		const bare = await startPages({ pool: database.pool, ring, sandbox, without: ['xero'] });
		const visitor = new Visitor();
		await visitor.open((await link(await newTenant())).replace(pages.url, bare.url));
		await bare.close();
		expect(visitor.page).toMatchObject({ title: 'Xero cannot be connected yet', status: 503 });
		expect(visitor.page.html).toContain('Harbour Advisory');
	});

	it('shows the names of tenants as they are, whatever they contain', async () => {
		const visitor = new Visitor();
		await connect(
			visitor,
			await link(await newTenant(`<script>alert('x')</script>`), { provider: 'myob' }),
			'myob',
		);
		expect(visitor.seen.join()).toContain('&#60;script&#62;');
		expect(visitor.seen.join()).not.toContain('<script');
	});

	it('leads back to an address that the operator lists, with a word, and to no other', async () => {
		const known = await startPages({
			...{ pool: database.pool, ring, sandbox },
			fields: { options: { returnOrigins: 'https://app.example.com' } },
		});
		const open = async (back: string) => {
			const visitor = new Visitor();
			const address = (await link(await newTenant())).replace(pages.url, known.url);
			await consent(visitor, `${address}&return=${encodeURIComponent(back)}`, 'xero', 'deny');
			return visitor.page.html;
		};
		const [listed, other, posing] = [
			await open('https://app.example.com/done?a=1'),
			await open('https://evil.example/'),
			await open('https://app.example.com@evil.example/'),
		];
		await known.close();
		expect(listed).toContain('href="https://app.example.com/done?a=1&#38;status=denied"');
		expect(other + posing).not.toContain('evil');
	});

	it('stores, shows and logs no secret in the clear', async () => {
		const secrets = sandbox.services.flatMap((service) => service.issuedSecrets());
		expect(secrets.length).toBeGreaterThan(20);
		const text = [...pages.lines, JSON.stringify(await books())].join('\n');
		expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
	});
});
