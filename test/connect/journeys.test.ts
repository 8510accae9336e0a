import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';

import { createLink, type NewLink } from '../../db/integrations/connect/links';
import { createTenant } from '../../db/integrations/tenants';
import { migrate } from '../../db/schema/migrate';
import { setStage, type Stage } from '../demo/stage';
import { browser as installed } from '../n8n/editor';
import { everyFile } from '../n8n/secrets';
import { serviceKeys } from '../sandbox';
import { bundledWorkflow } from '../support/checkout';
import { everyRow } from '../support/database/stored';
import { RealN8n, type N8nServer } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import type { N8nSession } from '../support/n8n/session';
import { launchBrowser, Person } from './tenant-browser';

/** The same pages, where a first connection waits for the operator. */
const CAREFUL = 'zixly-careful';
const SYNCS = serviceKeys.map((key) => `zixly-sync-${key}`);

(installed ? describe : describe.skip)('tenants connect in a browser', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let server: N8nServer;
	let scenario: Scenario;
	let browser: Browser;
	const people: Person[] = [];
	const tokens: string[] = [];
	let count = 0;

	beforeAll(async () => {
		stage = await setStage();
		n8n = await RealN8n.create({
			...{ database: await stage.createDatabase('n8n'), env: { N8N_LOG_LEVEL: 'debug' } },
		});
		scenario = new Scenario(stage.warehouse, stage.sandbox);
		await n8n.importCredentials(scenario.credentials);
		const workflows = [...SYNCS, 'zixly-connect'].map((id) => bundledWorkflow(id));
		await n8n.importWorkflows([...workflows, buildCareful()]);
		await migrate(stage.warehouse.settings);
		[server, browser] = await Promise.all([n8n.start(), launchBrowser()]);
		await publish(await server.signIn(), [...SYNCS, 'zixly-connect', CAREFUL]);
		await until(async () => (await servesPages('zixly-connect')) && (await servesPages(CAREFUL)));
	}, 900_000);

	afterAll(async () => {
		await browser?.close();
		await n8n?.close();
		await stage?.close();
	});

	async function servesPages(path: string): Promise<boolean> {
		return (await fetch(`${server.browserUrl}/webhook/${path}`)).headers.get('x-zixly-connect') === '1';
	}

	async function newTenant(name = `Tenant ${++count}`): Promise<string> {
		return (await createTenant(stage.warehouse.pool, { name })).id;
	}

	async function link(
		tenantId: string,
		more: Partial<NewLink> = {},
		path = 'zixly-connect',
	): Promise<string> {
		const wanted = { provider: 'xero', purpose: 'connect' as const, lifetimeMinutes: 60, ...more };
		const { token } = await createLink(stage.warehouse.pool, { tenantId, ...wanted });
		tokens.push(token);
		return `${server.browserUrl}/webhook/${path}?t=${token}`;
	}

	async function sitDown(options: Parameters<typeof Person.sitDown>[1] = {}): Promise<Person> {
		const person = await Person.sitDown(browser, options);
		people.push(person);
		return person;
	}

	async function stateOf(
		tenantId: string,
		provider = 'xero',
	): Promise<{ status: string; hasTokens: boolean }> {
		const { rows } = await stage.warehouse.admin.query<{ status: string; hasTokens: boolean }>(
			`select status, access_token <> '' as "hasTokens" from integrations where tenant_id = $1 and provider = $2`,
			[tenantId, provider],
		);
		return rows[0]!;
	}

	/** How many clients of the tenant have data. */
	async function countClients(tenantId: string): Promise<number> {
		const { rows } = await stage.warehouse.admin.query<{ count: number }>(
			`select count(*)::int as count from client_kpis c where tenant_id = $1 and (
				exists (select from financials where client_kpi_id = c.id)
				or exists (select from lead_events where client_kpi_id = c.id)
				or exists (select from custom_metrics where client_kpi_id = c.id))`,
			[tenantId],
		);
		return rows[0]!.count;
	}

	it.each(serviceKeys)('takes four clicks at %s, from the link to the first rows', async (provider) => {
		const tenantId = await newTenant(`Owner of ${provider}`);
		const person = await sitDown();
		await person.open(await link(tenantId, { provider }));
		expect(await person.isTooWide()).toBe(false);
		await person.click('Continue');
		await person.allow();
		expect(await person.title).toMatch(new RegExp(`^Give Owner of ${provider} access to`));
		expect(await person.isTooWide()).toBe(false);
		await person.confirm();
		expect(await person.title).toMatch(/ is connected$/);
		expect(person.clicks).toBe(4);
		await until(async () => (await countClients(tenantId)) > 0);
	});

	it('works by keyboard alone', async () => {
		const person = await sitDown();
		await person.open(await link(await newTenant(), { provider: 'xero' }));
		await pressOn(person, 'Continue');
		await person.allow('kiwi');
		await pressOn(person, 'Confirm');
		expect(await person.title).toBe('Xero is connected');
	});

	it('rejects a form that another page sends in the person’s name', async () => {
		const tenantId = await newTenant();
		const person = await sitDown();
		await person.open(await link(tenantId));
		const action = await person.page.locator('form').getAttribute('action');
		const values = await person.page
			.locator('input[type=hidden]')
			.evaluateAll((inputs) =>
				inputs.map((input) => [input.getAttribute('name'), input.getAttribute('value')]),
			);
		const { server: foreign, url } = await serveForm(action ?? '', values as Array<[string, string]>);
		await person.open(url);
		await person.click('Win a prize');
		foreign.close();
		expect(await person.title).toBe('This did not come from our page');
		const { rows } = await stage.warehouse.admin.query(
			'select from etl.connect_states where tenant_id = $1',
			[tenantId],
		);
		expect(rows).toHaveLength(0);
	});

	it('keeps a link to the browser that continued first', async () => {
		const address = await link(await newTenant());
		const [first, second] = [await sitDown(), await sitDown()];
		await first.open(address);
		await first.click('Continue');
		await second.open(address);
		await second.click('Continue');
		expect(await second.title).toBe('This link was opened in another browser');
	});

	it('holds what a stolen link connected until the operator approves it', async () => {
		const tenantId = await newTenant();
		const thief = await sitDown();
		await thief.open(await link(tenantId, { provider: 'asana' }, CAREFUL));
		await thief.click('Continue');
		await thief.allow('southern-user');
		await thief.confirm();
		expect(await thief.title).toMatch(/^Thank you/);
		expect(await stateOf(tenantId, 'asana')).toEqual({ status: 'PENDING', hasTokens: true });
		expect(await countClients(tenantId)).toBe(0);
	});

	it('says that cookies are needed', async () => {
		const person = await sitDown();
		await person.open(await link(await newTenant()));
		await person.context.clearCookies();
		await person.page.reload();
		expect(await person.title).toBe('Your browser did not send our cookie');
	});

	it('goes back, denies, and begins again', async () => {
		const tenantId = await newTenant();
		const person = await sitDown();
		await person.open(await link(tenantId));
		await person.click('Continue');
		await person.page.goBack();
		expect(await person.title).toBe('Connect Xero');
		await person.click('Continue');
		await person.click('accountant');
		await person.click('Cancel');
		expect(await person.title).toBe('You did not allow the connection');
		expect(await stateOf(tenantId)).toEqual({ status: 'PENDING', hasTokens: false });
		await person.click('Begin again');
		expect(await person.title).toBe('Connect Xero');
	});

	it('shows names with tags as they are', async () => {
		const name = `<script>document.title='owned'</script>`;
		const person = await sitDown();
		await person.open(await link(await newTenant(name), { provider: 'hubspot' }));
		expect(await person.page.locator('main').innerText()).toContain(name);
		expect(await person.page.title()).not.toContain('owned');
	});

	it('shows the connection to the tenant, and ends it', async () => {
		const tenantId = await newTenant('Managed');
		const person = await sitDown();
		await person.open(await link(tenantId, { provider: 'pipedrive' }));
		await person.click('Continue');
		await person.allow(await lastLogin(person));
		await person.click('Confirm');
		await person.open(await link(tenantId, { provider: 'pipedrive', purpose: 'manage' }));
		await person.click('Continue');
		expect(await person.title).toBe('Pipedrive for Managed');
		expect(await person.isTooWide()).toBe(false);
		await person.click('Disconnect');
		expect(await person.title).toBe('Disconnect Pipedrive from Managed?');
		await person.click('Disconnect');
		expect(await person.title).toBe('Pipedrive is disconnected');
		expect(await stateOf(tenantId, 'pipedrive')).toMatchObject({ hasTokens: false });
	});

	it('serves nothing at the test address while nobody tests', async () => {
		const reply = await fetch(`${server.browserUrl}/webhook-test/zixly-connect?t=x`);
		// n8n itself, while nobody tests.
		expect(reply.status).toBe(404);
	});

	it('emits every event', async () => {
		const left = async () =>
			(
				await stage.warehouse.admin.query(
					`select from etl.connection_events where emitted_at is null
					and event in ('connected', 'reconnected', 'disconnected', 'failed', 'needs_consent', 'first_sync_complete')`,
				)
			).rowCount;
		await until(async () => (await left()) === 0);
	});

	it('keeps every secret out of pages, addresses, logs, files and n8n’s database', async () => {
		const codes = people.flatMap(({ addresses }) => addresses.filter((address) => /[?&]code=/.test(address)));
		expect(codes).toEqual([]);
		const heard = [await everyRow(stage.adminOf('n8n')), server.log(), await everyFile(n8n.userFolder)];
		for (const { pages, addresses } of people) heard.push(...pages.values(), ...addresses);
		heard.push(await everyRow(stage.warehouse.admin));
		const text = heard.join('\n');
		for (const known of ['Zixly Connect', 'Owner of xero']) expect(text).toContain(known);
		const secrets = [...scenario.secrets(), ...tokens];
		expect(secrets.length).toBeGreaterThan(50);
		expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
	});
});

/** Quicker than n8n's command line, which starts anew for each. */
async function publish(session: N8nSession, ids: readonly string[]): Promise<void> {
	for (const id of ids) {
		const { versionId } = await session.rest<{ versionId: string }>('GET', `workflows/${id}`);
		await session.rest('POST', `workflows/${id}/activate`, { versionId });
	}
}

/** The bundled workflow on another path, with approval. */
function buildCareful() {
	const bundled = bundledWorkflow('zixly-connect');
	const nodes = bundled.nodes.map((node) =>
		node.webhookId
			? { ...node, webhookId: CAREFUL, parameters: { ...node.parameters, path: CAREFUL, approveFirst: true } }
			: node,
	);
	return { ...bundled, id: CAREFUL, name: 'Careful', nodes };
}

/** Moves with Tab to the button of this text, and presses it. */
async function pressOn({ page }: Person, text: string): Promise<void> {
	for (let tabs = 0; tabs < 30; tabs++) {
		await page.keyboard.press('Tab');
		if ((await page.locator(':focus').innerText()) === text) {
			await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
			return await page.waitForLoadState();
		}
	}
	throw new Error(`No Tab leads to "${text}".`);
}

/** Of those who can sign in at the sandbox: whoever comes last has accounts that no other journey connects. */
async function lastLogin({ page }: Person): Promise<string> {
	return await page.getByRole('button').last().innerText();
}

/** A page of somebody else with a form that leads to us. */
async function serveForm(
	action: string,
	values: ReadonlyArray<[string, string]>,
): Promise<{ server: Server; url: string }> {
	const inputs = values
		.map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
		.join('');
	const page = `<h1>Prizes</h1><form method="post" action="${action}">${inputs}<button>Win a prize</button></form>`;
	const server = createServer((_request, response) => {
		response.setHeader('content-type', 'text/html');
		response.end(page);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
	for (let second = 0; !(await isTrue()); second++) {
		if (second === 180) throw new Error('It did not happen within three minutes.');
		await wait(1_000);
	}
}
