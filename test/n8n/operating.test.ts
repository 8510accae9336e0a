import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { setStage, type Stage } from '../demo/stage';
import { bookedRuns } from '../support/database/stored';
import { bundledWorkflow, CHECKOUT, type WorkflowFile } from '../support/checkout';
import { differences } from '../support/expect/differences';
import { RealN8n } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import { expectWithMessage } from '../support/expect/expectations';

/** The workflows that keep the syncs going, in one n8n whose server is up: each test goes on from the one before. */
describe('a real n8n with the workflows for operating', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let scenario: Scenario;

	beforeAll(async () => {
		stage = await setStage();
		n8n = await RealN8n.create({ database: await stage.createDatabase('n8n') });
		scenario = new Scenario(stage.warehouse, stage.sandbox);
		await n8n.importCredentials(scenario.credentials);
		await n8n.importWorkflowFolder(join(CHECKOUT, 'workflows'));
		await n8n.importWorkflows([smallWindows(bundledWorkflow('zixly-sync-xero'))]);
		await n8n.start();
		for (const id of ['zixly-sync-xero', 'zixly-on-error']) await n8n.publish(id);
		await execute('zixly-setup');
		await scenario.connect('Harbour Group', 'harbour');
		await scenario.connect('Southern Group', 'southern');
	});

	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	async function execute(id: string): Promise<Record<string, unknown>> {
		const execution = await n8n.execute(id);
		const words = execution.stdout.slice(-3000) + execution.stderr.slice(-3000);
		expectWithMessage(execution.code, words).toBe(0);
		return execution.run?.data.resultData.runData ?? {};
	}

	it('zixly-catch-up goes on until nothing is left, each round an execution of its own', async () => {
		const ran = await execute('zixly-catch-up');
		for (const tenant of scenario.tenants)
			expect(await differences(stage.warehouse.admin, stage.sandbox, tenant)).toEqual([]);
		const runs = await bookedRuns(stage.warehouse.admin);
		expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'succeeded'));
		// 2 × 26 months in windows of 8.
		expect(runs.length).toBeGreaterThanOrEqual(6);
		expect((ran.Sync as unknown[]).length).toBeGreaterThanOrEqual(3);
		const { rows } = await stage.warehouse.admin.query(
			'select count(*)::int as waiting from integrations i where exists (select from etl.sync_runs r where r.integration_id = i.id and r.retry_at <= now() and not exists (select from etl.sync_runs n where n.integration_id = i.id and n.started_at > r.started_at))',
		);
		expect(rows).toEqual([{ waiting: 0 }]);
	});

	it('fills the editor’s lists: tenants, connections, the accounts of one, the clients of one', async () => {
		const session = await (await n8n.start()).signIn();
		const ask = async (
			node: string,
			kind: string,
			methodName: string,
			more: object = {},
		): Promise<string[]> => {
			const answer = await session.rest<Named[] | { results: Named[] }>(
				'POST',
				`dynamic-node-parameters/${kind}`,
				{
					path: 'parameters.any',
					nodeTypeAndVersion: { name: `n8n-nodes-zixly.${node}`, version: 1 },
					currentNodeParameters: more,
					methodName,
					credentials: { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } },
				},
			);
			return (Array.isArray(answer) ? answer : answer.results).map(({ name }) => name);
		};
		const [harbour] = scenario.tenants;
		const chosen = (value: string) => ({ __rl: true, mode: 'list', value });
		const list = 'resource-locator-results';
		expect(await ask('integrations', list, 'searchTenants')).toContain('Southern Group');
		expect(await ask('integrations', list, 'searchIntegrations')).toContain('Harbour Group – Xero');
		const organisations = ['Harbour & Sons Wholesale', 'Harbour Bakery Pty Ltd'];
		expect(
			await ask('integrations', 'options', 'getAccounts', {
				resource: 'connection',
				operation: 'update',
				integrationId: chosen(harbour!.integrationId),
			}),
		).toEqual(organisations);
		const clients = await ask('database', list, 'searchClients', {
			resource: 'client',
			operation: 'link',
			tenantId: chosen(harbour!.id),
		});
		expect(clients.map((name) => name.replace(/ \(.*/, ''))).toEqual(organisations);
	});

	it('zixly-on-error closes the runs of an execution that failed in the middle', async () => {
		await stage.warehouse.admin.query("update integrations set last_sync_at = now() - interval '7 hours'");
		const before = (await bookedRuns(stage.warehouse.admin)).length;
		await n8n.importWorkflows([broken(bundledWorkflow('zixly-sync-xero'))]);
		await n8n.publish('zixly-sync-broken');
		const failed = await until(async () => {
			const runs = (await bookedRuns(stage.warehouse.admin)).filter(({ status }) => status === 'failed');
			return runs.length >= 2 ? runs : undefined;
		});
		expect((await n8n.cli(['unpublish:workflow', '--id=zixly-sync-broken'])).code).toBe(0);
		expect((await bookedRuns(stage.warehouse.admin)).length).toBe(before + 2);
		for (const { error, retryAt } of failed) {
			expect(error?.message).toMatch(/stopped at the node "Break": Made up/);
			expect(retryAt).not.toBeNull();
		}
	});

	it('zixly-on-error closes the runs of an n8n that was killed, as soon as it is up again', async () => {
		await stage.warehouse.admin.query('delete from etl.sync_runs');
		await stage.warehouse.admin.query("update integrations set last_sync_at = now() - interval '7 hours'");
		stage.sandbox.xero.faults.add({ kind: 'delay', delayMs: 60_000, count: 'always' });
		await n8n.importWorkflows([often(bundledWorkflow('zixly-sync-xero'))]);
		await n8n.publish('zixly-sync-often');
		const statuses = async () => (await bookedRuns(stage.warehouse.admin)).map(({ status }) => status);
		await until(async () => (await statuses()).length === 2 || undefined);
		expect(await statuses()).toEqual(['running', 'running']);
		await (await n8n.start()).kill();
		expect((await n8n.cli(['unpublish:workflow', '--id=zixly-sync-often'])).code).toBe(0);
		stage.sandbox.xero.faults.clear();
		await n8n.start();
		await until(async () => (await statuses()).every((status) => status === 'failed') || undefined);
		const [run] = await bookedRuns(stage.warehouse.admin);
		expect(run?.error).toMatchObject({
			class: 'crashed',
			message: expect.stringMatching(/^The execution stopped/),
		});
	});

	it('zixly-replay-rejected loads what lacked a rate, and zixly-alerts had said so', async () => {
		// The others would first wait for the minute's calls that they used up.
		await stage.warehouse.admin.query("update integrations set status = 'DISABLED'");
		await scenario.connect('Kiwi Group', 'kiwi');
		await execute('zixly-sync-xero');
		await execute('zixly-sync-xero');
		const alerts = JSON.stringify((await execute('zixly-alerts'))['Get Alerts']);
		expect(alerts).toContain(
			'Kiwi Group (Xero): nothing of monthlyFinancials could be stored. 13 records were rejected as rate_missing: ',
		);
		const history = await execute('zixly-history');
		expect(JSON.stringify(history['Latest Runs'])).toContain('Kiwi Group');
		expect(JSON.stringify(history['One Run'])).toContain('records were rejected as rate_missing');
		for (const part of ['Timeline', 'Streams', 'Accounts', 'Rejected Reasons'])
			expect(JSON.stringify(history[part])).toMatch(/monthlyFinancials/);
		await stage.warehouse.admin.query(
			`insert into etl.exchange_rates (base, quote, rate_date, rate, source)
			select 'AUD', 'NZD', day, 1.1, 'rba' from generate_series(current_date - 450, current_date, '1 day') day`,
		);
		await execute('zixly-replay-rejected');
		const { rows } = await stage.warehouse.admin.query(
			`select count(*)::int as months from financials f join client_kpis k on k.id = f.client_kpi_id
			join tenants t on t.id = k.tenant_id where t.name = 'Kiwi Group'`,
		);
		expect(rows).toEqual([{ months: 13 }]);
		expect(JSON.stringify((await execute('zixly-alerts'))['Get Alerts'])).not.toContain('Kiwi Group');
	});
});

interface Named {
	name: string;
}

/** Reads a few records an execution, and never by the clock. */
function smallWindows(workflow: WorkflowFile): WorkflowFile {
	const extract = workflow.nodes.find(({ name }) => name === 'Extract');
	if (extract) extract.parameters = { ...extract.parameters, options: { maxRecords: 8 } };
	const connections = { ...workflow.connections };
	delete connections['Every Hour'];
	return { ...workflow, connections, nodes: workflow.nodes.filter(({ name }) => name !== 'Every Hour') };
}

/** Runs every two seconds. */
function often(workflow: WorkflowFile): WorkflowFile {
	const schedule = workflow.nodes.find(({ name }) => name === 'Every Hour');
	if (schedule) schedule.parameters = { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } };
	return { ...workflow, id: 'zixly-sync-often', name: 'Often' };
}

/** Stops by itself after Extract, every two seconds. */
function broken(workflow: WorkflowFile): WorkflowFile {
	const breaking = {
		id: '5b2f7a5e-0000-4000-8000-000000000001',
		name: 'Break',
		type: 'n8n-nodes-base.stopAndError',
		typeVersion: 1,
		position: [800, 0] as [number, number],
		parameters: { errorMessage: 'Made up' },
	};
	return {
		...often(workflow),
		id: 'zixly-sync-broken',
		name: 'Broken',
		nodes: [...workflow.nodes, breaking],
		connections: {
			...workflow.connections,
			Extract: { main: [[{ node: 'Break', type: 'main', index: 0 }]] },
		},
	};
}

async function until<T>(probe: () => Promise<T | undefined>): Promise<T> {
	for (let tries = 0; tries < 360; tries++) {
		const found = await probe();
		if (found) return found;
		await wait(500);
	}
	throw new Error('It did not happen within 180 seconds.');
}
