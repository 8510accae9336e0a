import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { setStage, type Stage } from '../demo/stage';
import { bundledWorkflow, CHECKOUT, type WorkflowFile } from '../support/checkout';
import { bookedRuns } from '../support/database/stored';
import { expectWithMessage } from '../support/expect/expectations';
import { keptExecutions, type EndedExecution } from '../support/n8n/by-hand';
import { RealN8n } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';
import type { N8nSession } from '../support/n8n/session';

/** What a person sees in n8n of syncs that failed, although n8n keeps no data of them. */
describe('a sync whose runs failed, in a real n8n', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let scenario: Scenario;
	let session: N8nSession;

	beforeAll(async () => {
		stage = await setStage();
		n8n = await RealN8n.create({ database: await stage.createDatabase('n8n') });
		scenario = new Scenario(stage.warehouse, stage.sandbox);
		await n8n.importCredentials(scenario.credentials);
		await n8n.importWorkflowFolder(join(CHECKOUT, 'workflows'));
		expect((await n8n.execute('zixly-setup')).code).toBe(0);
		await scenario.connect('Harbour Group', 'harbour');
		await scenario.connect('Southern Group', 'southern');
	});
	beforeEach(async () => {
		stage.sandbox.xero.faults.clear();
		await stage.warehouse.admin.query('delete from etl.sync_runs');
		await stage.warehouse.admin.query(
			`update integrations set status = 'ACTIVE', last_sync_at = now() - interval '7 hours'`,
		);
	});
	afterAll(async () => {
		await n8n?.close();
		await stage?.close();
	});

	const forbid = (consent?: string) =>
		stage.sandbox.xero.faults.add({
			kind: 'status',
			status: 400,
			count: 'always',
			path: '/Reports',
			consent,
		});

	const statuses = async (): Promise<string[]> =>
		(await bookedRuns(stage.warehouse.admin)).map(({ status }) => status).sort();

	it('ends n8n execute with another exit code than 0 and names the runs, once every run failed', async () => {
		forbid();
		const execution = await n8n.execute('zixly-sync-xero');
		expect(await statuses()).toEqual(['failed', 'failed']);
		expectWithMessage(execution.code, execution.stdout.slice(-3000)).toBeGreaterThan(0);
		expect(execution.stdout + execution.stderr).toMatch(/2 of 2 runs failed: .*Group \(Xero\)/);
	});

	it('ends n8n execute with 0 while one run succeeds', async () => {
		forbid('harbour');
		const execution = await n8n.execute('zixly-sync-xero');
		expect(await statuses()).toEqual(['failed', 'succeeded']);
		expectWithMessage(execution.code, execution.stdout.slice(-3000)).toBe(0);
	});

	it('holds its connections for two minutes after it was thrown out of, and says who holds them', async () => {
		await n8n.importWorkflows([thrownOutOf(bundledWorkflow('zixly-sync-xero'))]);
		expect((await n8n.execute('zixly-sync-xero')).code).toBeGreaterThan(0);
		expect(await statuses()).toEqual(['running', 'running']);
		await n8n.importWorkflows([bundledWorkflow('zixly-sync-xero')]);
		const held = await n8n.execute('zixly-sync-xero');
		expect(held.stdout).toMatch(
			/2 connections are held by execution \d+, .* the connections are free for this workflow by hand at .*, or at once with Sync: Fail Runs of Execution, Execution ID \d+\./,
		);
		await stage.warehouse.admin.query(
			`update etl.sync_runs set lease_until = lease_until - interval '2 minutes'`,
		);
		expect((await n8n.execute('zixly-sync-xero')).code).toBe(0);
		expect(await statuses()).toEqual(['failed', 'failed', 'succeeded', 'succeeded']);
	});

	it('is red as Zixly On Error, which says what failed, while n8n keeps nothing of the sync itself', async () => {
		forbid();
		await n8n.publish('zixly-on-error');
		await n8n.importWorkflows([often(bundledWorkflow('zixly-sync-xero'))]);
		await n8n.publish('zixly-sync-often');
		session = await (await n8n.start()).signIn();
		const [red] = await until(async () => await keptExecutions(session, 'zixly-on-error'));
		expect((await n8n.cli(['unpublish:workflow', '--id=zixly-sync-often'])).code).toBe(0);
		expect(red).toMatchObject({ status: 'error' });
		expect(red!.words).toMatch(/^Often: 2 of 2 runs failed: .*Harbour Group \(Xero\)/);
		expect(red!.words).toContain('Sync: Get Health says what to do for each connection');
		// The runs were closed by Finish: there is nothing left for it to close.
		expect(red!.items('Fail Its Runs')).toEqual([]);
		expect(await statuses()).toEqual(['failed', 'failed']);
		expect(await keptExecutions(session, 'zixly-sync-often')).toEqual([]);
		expect(JSON.stringify(red!.data)).not.toContain('ProfitAndLoss');
	});

	it('shows nothing red while one run succeeds', async () => {
		forbid('harbour');
		session = await (await n8n.start()).signIn();
		const before = await keptExecutions(session, 'zixly-on-error');
		await n8n.publish('zixly-sync-often');
		await until(async () => ((await statuses()).join() === 'failed,succeeded' ? [true] : []));
		// The failed connection is not due again in this time; executions that claim nothing do not fail either.
		await wait(10_000);
		expect((await n8n.cli(['unpublish:workflow', '--id=zixly-sync-often'])).code).toBe(0);
		expect(await keptExecutions(session, 'zixly-on-error')).toHaveLength(before.length);
	});
});

/** A node of the user's own throws before anything is read. */
function thrownOutOf(workflow: WorkflowFile): WorkflowFile {
	const extract = workflow.nodes.find(({ name }) => name === 'Extract');
	if (extract) {
		extract.type = 'n8n-nodes-base.stopAndError';
		extract.parameters = { errorMessage: 'made up' };
		delete (extract as { credentials?: unknown }).credentials;
	}
	return workflow;
}

/** Runs every two seconds. */
function often(workflow: WorkflowFile): WorkflowFile {
	const schedule = workflow.nodes.find(({ name }) => name === 'Every Hour');
	if (schedule) schedule.parameters = { rule: { interval: [{ field: 'seconds', secondsInterval: 2 }] } };
	return { ...workflow, id: 'zixly-sync-often', name: 'Often' };
}

async function until<T extends EndedExecution | true>(probe: () => Promise<T[]>): Promise<T[]> {
	for (let tries = 0; tries < 360; tries++) {
		const found = await probe();
		if (found.length > 0) return found;
		await wait(500);
	}
	throw new Error('It did not happen within 180 seconds.');
}
