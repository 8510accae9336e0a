import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createTenant } from '../../db/integrations/tenants';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { bookedRuns } from '../support/database/stored';
import { runWorkflow, type EngineRun } from '../support/n8n/engine';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let tenantId: string;
let seeds = 0;
beforeEach(async () => {
	stage = await syncStage(`own-connection-${++seeds}`);
	({ id: tenantId } = await createTenant(stage.database.pool, { name: 'Kiwi Ltd' }));
});
afterEach(async () => {
	await stage?.close();
});

/** What n8n's Connect leaves in the credential. */
function connect(consent: string): void {
	const { accessToken, refreshToken, expiresIn } = stage.sandbox.xero.connect(consent);
	const credential = stage.scenario.credentials.find(({ id }) => id === 'zixlyXero')!;
	credential.data.oauthTokenData = {
		access_token: accessToken,
		refresh_token: refreshToken,
		expires_in: expiresIn,
		token_type: 'Bearer',
	};
}

function edited(id: string, name: string, parameters: object): WorkflowFile {
	const workflow = bundledWorkflow(id);
	Object.assign(workflow.nodes.find((node) => node.name === name)!.parameters, parameters);
	return workflow;
}

const run = async (workflow: WorkflowFile): Promise<EngineRun> =>
	await runWorkflow(workflow, { credentials: stage.scenario.credentials });

/** The workflow as its note says to fill it in. */
async function syncOwn(options: object = {}): Promise<EngineRun> {
	const filledIn = { tenantId: { __rl: true, mode: 'list', value: tenantId }, options };
	return await run(edited('zixly-own-connection', 'Create Connection', filledIn));
}

async function months(): Promise<number> {
	const { rows } = await stage.database.admin.query<{ count: number }>(
		'select count(*)::int as count from financials',
	);
	return rows[0]!.count;
}

describe('the workflow zixly-own-connection in n8n’s engine', () => {
	it('is not started without a tenant', async () => {
		await expect(run(bundledWorkflow('zixly-own-connection'))).rejects.toThrow('"Tenant" is required');
	});

	it('makes the connection, syncs it, and changes nothing the second time', async () => {
		connect('southern');
		const first = await syncOwn({ accounts: 'consent' });
		expect(first.error).toBeUndefined();
		expect(first.items('Create Connection')).toMatchObject([{ tenantId, created: true }]);
		expect(await bookedRuns(stage.database.admin, first.executionId)).toMatchObject([
			{ status: 'succeeded', tenant: 'Kiwi Ltd' },
		]);
		const loaded = await months();
		expect(loaded).toBeGreaterThan(0);
		const again = await syncOwn();
		expect(again.items('Create Connection')).toMatchObject([{ created: false }]);
		expect(await bookedRuns(stage.database.admin, again.executionId)).toMatchObject([
			{ status: 'succeeded', rows: { inserted: 0, updated: 0 } },
		]);
		expect(await months()).toBe(loaded);
	});

	it('is red for accounts in a currency without rates, and the two workflows that it names bring the rows', async () => {
		connect('kiwi');
		const first = await syncOwn();
		expect(first.error).toMatchObject({ node: 'Finish' });
		expect(first.error?.message).toBe('The run did not store everything: Kiwi Ltd (Xero)');
		expect(first.error?.description).toMatch(
			/13 (?:of 13 )?records.*no exchange rate from NZD to AUD.*workflow Zixly Exchange Rates.*workflow Zixly Replay Rejected/s,
		);
		expect(await months()).toBe(0);

		const bank = { options: { baseUrl: `${stage.sandbox.url}/ecb` } };
		const rates = await run(edited('zixly-exchange-rates', 'Load Exchange Rates', bank));
		expect(rates.error).toBeUndefined();
		const replayed = await run(bundledWorkflow('zixly-replay-rejected'));
		expect(replayed.error).toBeUndefined();
		expect(await months()).toBe(13);
		expect((await syncOwn()).error).toBeUndefined();
	});

	it('says to press Connect where nobody did, and goes on once that is done', async () => {
		const { error } = await syncOwn({ accounts: 'consent' });
		expect(error?.message).toBe('The run failed: Kiwi Ltd (Xero)');
		expect(error?.description).toContain('press Connect and sign in, then run Zixly Own Connection again');
		connect('southern');
		expect((await syncOwn()).error).toBeUndefined();
		expect(await months()).toBeGreaterThan(0);
	});

	it('is red for a consent that reaches several organisations, and says how to choose', async () => {
		connect('harbour');
		const { error } = await syncOwn();
		expect(error?.message).toBe('The run failed: Kiwi Ltd (Xero)');
		expect(error?.description).toContain('Connection: Update');
	});
});
