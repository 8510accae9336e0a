import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { bookedRuns } from '../support/database/stored';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let seeds = 0;
beforeEach(async () => {
	stage = await syncStage(`operating-${++seeds}`);
});
afterEach(async () => {
	await stage.close();
});

describe('zixly-alerts', () => {
	it('gives one item for a connection that a person must mend, and one for each that rejects much', async () => {
		await stage.scenario.connect('Harbour Group', 'harbour');
		await stage.scenario.connect('Kiwi Group', 'kiwi');
		await stage.scenario.connect('Southern Group', 'southern');
		stage.sandbox.xero.revoke('harbour');
		await stage.sync();
		const alerts = await stage.scenario.run('zixly-alerts', { mode: 'trigger' });
		expect(alerts.error).toBeUndefined();
		expect(alerts.items('Get Alerts').map(({ tenantName, alert }) => [tenantName, alert])).toEqual([
			['Harbour Group', 'needsPerson'],
			['Kiwi Group', 'allRejected'],
		]);
	});
});

describe('zixly-on-error', () => {
	const failedExecution = (id: string) => ({
		execution: {
			id,
			error: { name: 'WorkflowCrashedError', message: 'Workflow did not finish' },
			lastNodeExecuted: 'Extract',
		},
		workflow: { id: 'zixly-sync-xero', name: 'Zixly Sync Xero' },
	});

	async function onError(id: string) {
		const start = 'When an Execution Fails';
		const run = await stage.scenario.run('zixly-on-error', {
			mode: 'trigger',
			start,
			input: [failedExecution(id)],
		});
		expect(run.error).toBeUndefined();
		return run.items('Fail Its Runs');
	}

	it('closes the runs of an execution that ended in the middle, once, and leaves closed ones alone', async () => {
		await stage.scenario.connect('Harbour Group', 'harbour');
		const whole = await stage.sync();
		expect(await onError(whole.executionId)).toEqual([]);
		await stage.sync({
			executionId: '4711',
			beforeNode: (name) => {
				if (name === 'Extract') throw new Error('made up');
			},
		});
		const [open] = await bookedRuns(stage.database.admin, '4711');
		expect(open?.status).toBe('running');
		expect(await onError('4711')).toMatchObject([{ status: 'Failed' }]);
		const [closed] = await bookedRuns(stage.database.admin, '4711');
		expect(closed).toMatchObject({
			status: 'failed',
			error: {
				class: 'crashed',
				message: expect.stringMatching(/at the node "Extract": Workflow did not finish/),
			},
		});
		expect(await onError('4711')).toEqual([]);
		// Nothing is lost: what it had claimed is read by the next sync.
		const next = await stage.sync();
		expect(next.runs.get('Harbour Group')).toMatchObject({ status: 'succeeded' });
	});
});
