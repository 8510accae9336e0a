import { expect, it } from '@jest/globals';

import { allowAccess } from '../editor';
import type { Scene } from './set-scene';

/** From an empty database to an own organisation's rows, every step by clicks: F1, F3, F5, F11, F14, F24 to F27, F31. */
export function playOwnAccount(of: () => Scene): void {
	const editor = () => of().editor;

	async function countMonths(): Promise<number> {
		const { rows } = await of().stage.warehouse.admin.query<{ count: number }>(
			'select count(*)::int as count from financials',
		);
		return rows[0]!.count;
	}

	it('says what to choose where the server offers no TLS (F14), and that a good credential works (F11)', async () => {
		const { page } = editor();
		await editor().visit('/home/credentials/zixlyPostgres');
		for (const [choice, says] of [
			['Verify Full', /The server offers no TLS.*Disable/s],
			['Disable', /Connection tested successfully/],
		] as const) {
			await editor().choose('tls', choice);
			await page.click('[data-test-id="credential-save-button"]');
			if (choice === 'Verify Full') await page.getByText('More details').click();
			await page.getByText(says).first().waitFor();
		}
	});

	it('names the workflow to run where the database has no schema yet (F25)', async () => {
		await editor().open('zixly-sync-xero');
		await editor().photograph('_sync-canvas');
		expect(await editor().execute()).toBe('error');
		const words = await editor().outputOf('Claim Due');
		expect(words).toContain('The database has no Zixly schema yet');
		expect(words).toContain('Run the workflow "Zixly Setup" once');
	});

	it('is set up by Zixly Setup, which warns and makes no tenant unasked (F11, F26)', async () => {
		await editor().open('zixly-setup');
		await editor().photograph('setup');
		expect(await editor().execute()).toBe('success');
		const words = await editor().outputOf('Migrate Schema');
		expect(words).toContain('The database has no tenant yet. Create one with Tenant: Create');
		expect(words).toContain('Every login of this server may connect to the database');
	});

	it('asks for a tenant’s name, and shows the tenant that it makes (F26)', async () => {
		await editor().node('Create Tenant').click();
		await editor().page.keyboard.press('d');
		expect(await editor().execute()).toBe('error');
		await editor().openNode('Create Tenant');
		await editor().parameter('name').locator('input').fill('Kiwi Ltd');
		await editor().closeNode();
		expect(await editor().execute()).toBe('success');
		expect(await editor().outputOf('Create Tenant')).toContain('Kiwi Ltd');
		expect(await editor().execute()).toBe('success');
		expect(await editor().outputOf('Create Tenant')).toMatch(/already|existed/);
	});

	it('offers the tenant in a list, and says to press Connect where nobody did (F1, F22, F27)', async () => {
		await editor().open('zixly-own-connection');
		await editor().openNode('Create Connection');
		await (await editor().openList('tenantId')).filter({ hasText: 'Kiwi Ltd' }).click();
		await editor().closeNode();
		await editor().photograph('own-connection');
		expect(await editor().execute()).toBe('error');
		const words = await editor().outputOf('Finish');
		expect(words).toContain('The run failed: Kiwi Ltd (Xero)');
		expect(words).toContain('The credential "Zixly Xero" is not connected.');
		expect(words).toContain('press Connect and sign in, then run Zixly Own Connection again');
		expect(words).not.toContain('check the network');
	});

	it('shows at the top of the credential who needs not connect (F24), and connects by the consent page', async () => {
		const { page } = editor();
		await editor().visit('/home/credentials/zixlyXero');
		const banner = page.locator('[data-test-id="oauth-not-connected-banner"]');
		await banner.waitFor();
		const notice = page.getByText('Only syncing tenants’ connections from the Zixly vault?');
		const [top, below] = [await notice.boundingBox(), await page.getByText('Client ID').last().boundingBox()];
		expect(top!.y).toBeLessThan(below!.y);
		await editor().photograph('credential-xero', page.getByRole('dialog').last());
		const popup = page.waitForEvent('popup');
		await banner.getByRole('button').click();
		await allowAccess(await popup, 'kiwi');
		await page.locator('[data-test-id="oauth-connect-success-banner"]').waitFor();
	});

	it('is red for books in NZD without rates, and names what is missing and the two clicks (F3, F4)', async () => {
		await editor().open('zixly-own-connection');
		expect(await editor().execute()).toBe('error');
		const words = await editor().outputOf('Finish', 'finish-without-rates');
		expect(words).toContain('The run did not store everything: Kiwi Ltd (Xero)');
		expect(words).toMatch(/no exchange rate from NZD to AUD.*Zixly Exchange Rates.*Zixly Replay Rejected/s);
		expect(await countMonths()).toBe(0);
	});

	it('shows that run in Zixly History as partial, with the reason and what to do (F5)', async () => {
		await editor().open('zixly-history');
		expect(await editor().execute()).toBe('success');
		await editor().photograph('_history');
		expect(await editor().outputOf('Latest Runs', 'history-latest')).toMatch(
			/Kiwi Ltd.*Partial.*Kiwi Ltd.*Failed/s,
		);
		const one = await editor().outputOf('One Run', '_history-one');
		expect(one).toMatch(/Partial.*13 records.*Zixly Exchange Rates.*Zixly Replay Rejected/s);
		expect(await editor().outputOf('Rejected Reasons')).toMatch(/rate_missing|no exchange rate/i);
		for (const part of ['Timeline', 'Streams', 'Accounts'])
			expect(await editor().outputOf(part)).toMatch(/Ended as partial|13|Kiwi Orchards/);
	});

	it('has its 13 rows after the two clicks, the first of which says so (F31)', async () => {
		await editor().open('zixly-exchange-rates');
		expect(await editor().execute()).toBe('success');
		expect(await editor().outputOf('Load Exchange Rates')).toMatch(/13 .*Zixly Replay Rejected/s);
		await editor().open('zixly-replay-rejected');
		expect(await editor().execute()).toBe('success');
		expect(await countMonths()).toBe(13);
	});

	it('is green from then on, with a summary in words (F4, F15)', async () => {
		await editor().open('zixly-own-connection');
		expect(await editor().execute()).toBe('success');
		const words = await editor().outputOf('Finish');
		expect(words).toMatch(/1 succeeded/);
		expect(words).toMatch(/tenant\s+provider\s+status\s+message/);
		expect(words).toMatch(/Kiwi Ltd\s+Xero\s+Succeeded/);
	});
}
