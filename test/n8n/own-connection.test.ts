import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { migrate } from '../../db/schema/migrate';
import { createTenant } from '../../db/integrations/tenants';
import { setStage, type Stage } from '../demo/stage';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { RealN8n, type Execution, type N8nServer } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import { browser, withPage } from './editor';

/** An account of one's own, from the button Connect to its rows, as docs/index.md tells a newcomer. */
(browser ? describe : describe.skip)('an account of one’s own in a real n8n', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let server: N8nServer;

	beforeAll(async () => {
		stage = await setStage();
		await migrate(stage.warehouse.settings);
		const { id: tenantId } = await createTenant(stage.warehouse.pool, { name: 'Kiwi Ltd' });
		n8n = await RealN8n.create({ database: await stage.createDatabase('n8n') });
		await n8n.importCredentials(new Scenario(stage.warehouse, stage.sandbox).credentials);
		await n8n.importWorkflows([
			edited('zixly-own-connection', 'Create Connection', {
				tenantId: { __rl: true, mode: 'list', value: tenantId, cachedResultName: 'Kiwi Ltd' },
			}),
			edited('zixly-exchange-rates', 'Load Exchange Rates', {
				options: { baseUrl: `${stage.sandbox.url}/ecb` },
			}),
			bundledWorkflow('zixly-replay-rejected'),
			bundledWorkflow('zixly-on-error'),
		]);
		server = await n8n.start();
	});
	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	function edited(id: string, name: string, parameters: object): WorkflowFile {
		const workflow = bundledWorkflow(id);
		Object.assign(workflow.nodes.find((node) => node.name === name)!.parameters, parameters);
		return workflow;
	}

	async function months(): Promise<number> {
		const { rows } = await stage.warehouse.admin.query<{ count: number }>(
			'select count(*)::int as count from financials',
		);
		return rows[0]!.count;
	}

	const printed = ({ stdout, stderr }: Execution): string => stdout + stderr;

	it('is connected at the address that npm run n8n prints', async () => {
		await withPage(server, async (page) => {
			await page.goto(`${server.browserUrl}/home/credentials/zixlyXero`);
			const popup = page.waitForEvent('popup');
			await page.locator('[data-test-id="oauth-not-connected-banner"]').getByRole('button').click();
			const consent = await popup;
			await consent.getByRole('link', { name: 'kiwi' }).click();
			await page.locator('[data-test-id="oauth-connect-success-banner"]').waitFor();
		});
	});

	it('ends red for want of exchange rates, and names what to run', async () => {
		const first = await n8n.execute('zixly-own-connection');
		expect(first.code).not.toBe(0);
		expect(printed(first)).toContain('The run did not store everything: Kiwi Ltd (Xero)');
		expect(printed(first)).toMatch(/Zixly Exchange Rates[^]*Zixly Replay Rejected/);
		expect(await months()).toBe(0);
	});

	it('has its 13 rows after the two workflows that the message names', async () => {
		for (const id of ['zixly-exchange-rates', 'zixly-replay-rejected'])
			expect(await n8n.execute(id)).toMatchObject({ code: 0 });
		expect(await months()).toBe(13);
		expect(await n8n.execute('zixly-own-connection')).toMatchObject({ code: 0 });
	});
});
