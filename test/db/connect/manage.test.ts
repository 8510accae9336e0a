import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createLink, type NewLink } from '../../../db/integrations/connect/links';
import { createTenant } from '../../../db/integrations/tenants';
import { startSandbox, type Sandbox } from '../../sandbox';
import { startPages, type PagesServer } from '../../support/connect/pages-server';
import { allAccounts, allow } from '../../support/connect/steps';
import { Visitor } from '../../support/connect/visitor';
import { newRing } from '../../support/database/connecting';
import { useDatabase } from '../../support/database/use-database';

describe('a tenant with a connection', () => {
	const database = useDatabase();
	const ring = newRing();
	let sandbox: Sandbox;
	let pages: PagesServer;
	let tenantId: string;

	beforeAll(async () => {
		sandbox = await startSandbox();
		pages = await startPages({ pool: database.pool, ring, sandbox });
		tenantId = (await createTenant(database.pool, { name: 'Kiwi Orchards' })).id;
		expect(await walk(await link('connect'), 'kiwi')).toMatch(/is connected$/);
	});

	afterAll(async () => {
		await pages.close();
		await sandbox.close();
	});

	async function link(purpose: NewLink['purpose'], more: Partial<NewLink> = {}): Promise<string> {
		const wanted = { tenantId, provider: 'xero', purpose, lifetimeMinutes: 60, ...more };
		return `${pages.url}?t=${(await createLink(database.pool, wanted)).token}`;
	}

	/** Through all pages; gives the title of the last one. */
	async function walk(address: string, consent: string, visitor = new Visitor()): Promise<string> {
		await visitor.open(address);
		await visitor.press('Continue');
		await allow(visitor, consent);
		return (await visitor.press('Confirm', allAccounts(visitor))).title;
	}

	/** What a reconnection that is rejected must not change. */
	async function readConnection(): Promise<unknown> {
		const { rows } = await database.admin.query(
			`select i.*, array(select account_id from etl.accounts a where a.integration_id = i.id
				and a.enabled and a.released_at is null) as accounts from integrations i where tenant_id = $1`,
			[tenantId],
		);
		return rows[0];
	}

	async function openManage(): Promise<Visitor> {
		const visitor = new Visitor();
		await visitor.open(await link('manage'));
		await visitor.press('Continue');
		return visitor;
	}

	it('sees it, and reconnects from the page', async () => {
		const visitor = await openManage();
		expect(visitor.page.title).toBe('Xero for Kiwi Orchards');
		for (const text of ['Working', 'Kiwi Orchards Ltd', 'None yet'])
			expect(visitor.page.html).toContain(text);
		await visitor.press('Reconnect');
		await allow(visitor, 'kiwi');
		expect((await visitor.press('Confirm', allAccounts(visitor))).title).toBe('Xero is connected again');
	});

	it('hears that a link to connect reconnects', async () => {
		const visitor = new Visitor();
		expect((await visitor.open(await link('connect'))).title).toBe('Reconnect Xero');
	});

	it('cannot reconnect with another account, and keeps what it had', async () => {
		const before = await readConnection();
		const visitor = new Visitor();
		expect(await walk(await link('reconnect'), 'odd', visitor)).toBe(
			'This is another organisation than before',
		);
		expect(visitor.page.html).toContain('Kiwi Orchards Ltd');
		expect(await readConnection()).toEqual(before);
		await visitor.click('Begin again');
		expect(visitor.page.title).toBe('Reconnect Xero');
	});

	it('replaces the account where the operator allows it', async () => {
		const title = await walk(await link('reconnect', { replacesAccount: true }), 'odd');
		expect(title).toBe('Xero is connected again');
		expect(await walk(await link('reconnect', { replacesAccount: true }), 'kiwi')).toBe(
			'Xero is connected again',
		);
	});

	it('has a session that belongs to its browser, and ends', async () => {
		const visitor = await openManage();
		const { url } = visitor.page;
		const other = new Visitor();
		expect(await other.open(url)).toMatchObject({ title: 'Your browser did not send our cookie' });
		await other.open(await link('connect'));
		expect(await other.open(url)).toMatchObject({ title: 'This page has expired', status: 410 });
		await database.admin.query('update etl.connect_links set session_until = now() where tenant_id = $1', [
			tenantId,
		]);
		expect(await visitor.open(url)).toMatchObject({ title: 'This page has expired', status: 410 });
	});

	it('ends it only by its own form, with a confirmation', async () => {
		const visitor = await openManage();
		await visitor.click('Disconnect');
		expect(visitor.page.title).toBe('Disconnect Xero from Kiwi Orchards?');
		const { page } = visitor;
		await visitor.press('Disconnect', {}, { origin: 'https://evil.example' });
		expect(visitor.page.status).toBe(403);
		expect(await readConnection()).toMatchObject({ status: 'ACTIVE' });
		await visitor.open(page.url);
		await visitor.press('Disconnect');
		expect(visitor.page.title).toBe('Xero is disconnected');
		expect(await readConnection()).toMatchObject({ status: 'PENDING', access_token: '', accounts: [] });
	});

	it('can connect again afterwards', async () => {
		expect(await walk(await link('connect'), 'kiwi')).toBe('Xero is connected');
	});
});
