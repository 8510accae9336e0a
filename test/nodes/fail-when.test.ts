import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { bundledWorkflow } from '../support/checkout';
import { bookedRuns } from '../support/database/stored';
import { runWorkflow, type EngineRun } from '../support/n8n/engine';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let seeds = 0;
beforeEach(async () => {
	stage = await syncStage(`fail-when-${++seeds}`);
	await stage.scenario.connect('Harbour Group', 'harbour');
	await stage.scenario.connect('Southern Group', 'southern');
});
afterEach(async () => {
	await stage.close();
});

const forbid = (consent?: string): void =>
	stage.sandbox.xero.faults.add({ kind: 'status', status: 400, count: 'always', path: '/Reports', consent });

/** The bundled sync, with Fail When of its Finish as given, or as bundled. */
async function sync(failWhen?: string): Promise<EngineRun> {
	const workflow = bundledWorkflow('zixly-sync-xero');
	const finish = workflow.nodes.find(({ name }) => name === 'Finish')!;
	if (failWhen) finish.parameters = { ...finish.parameters, options: { failWhen } };
	return await runWorkflow(workflow, { credentials: stage.scenario.credentials });
}

describe('Fail When of Finish in n8n’s engine', () => {
	it.each([
		['as bundled', undefined, undefined, '2 of 2 runs failed: '],
		['as bundled', undefined, 'harbour', undefined],
		['any run', 'anyRun', 'harbour', '1 of 2 runs failed: Harbour Group (Xero)'],
		['never', 'never', undefined, undefined],
	])('%s (%s), with the fault at %s: the execution fails with %s', async (_, failWhen, consent, message) => {
		forbid(consent);
		const run = await sync(failWhen);
		const booked = await bookedRuns(stage.database.admin, run.executionId);
		const failed = booked.filter(({ status }) => status === 'failed').map(({ tenant }) => tenant);
		expect(failed.sort()).toEqual(consent ? ['Harbour Group'] : ['Harbour Group', 'Southern Group']);
		// Whatever the execution ends with, every run is closed, and what succeeded is stored.
		expect(booked.map(({ status }) => status)).not.toContain('running');
		if (message === undefined) expect(run.error).toBeUndefined();
		else expect(run).toMatchObject({ status: 'error', error: { node: 'Finish' } });
		expect(run.error?.message ?? '').toContain(message ?? '');
		expect(run.items('Finish')).toHaveLength(message === undefined ? 2 : 0);
	});

	it('says why each run failed and what to do', async () => {
		forbid();
		const { error } = await sync();
		expect(error?.message).toMatch(
			/(Harbour Group \(Xero\).*Southern Group|Southern Group.*Harbour Group \(Xero\))/,
		);
		expect(error?.description).toContain(
			'Everything that was read is stored. Sync: Get Health says what to do for each connection',
		);
	});

	it('does not fail an execution that had nothing to do', async () => {
		await stage.sync({ mode: 'trigger' });
		const workflow = bundledWorkflow('zixly-sync-xero');
		const { credentials } = stage.scenario;
		const idle = await runWorkflow(workflow, { credentials, mode: 'trigger' });
		expect(idle.error).toBeUndefined();
		expect(await bookedRuns(stage.database.admin, idle.executionId)).toEqual([]);
	});

	it('does not fail a replay that only rejects again', async () => {
		await stage.scenario.connect('Kiwi Group', 'kiwi');
		await stage.sync();
		const again = await stage.scenario.run('zixly-replay-rejected');
		expect(again.error).toBeUndefined();
	});
});
