import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { bundledWorkflow } from '../support/checkout';
import { runWorkflow } from '../support/n8n/engine';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let kiwiRunId: string;
beforeAll(async () => {
	stage = await syncStage('history');
	await stage.scenario.connect('Kiwi Group', 'kiwi');
	await stage.sync({ executionId: '4711' });
	await stage.scenario.connect('Harbour Group', 'harbour');
	stage.sandbox.xero.faults.add({ kind: 'status', status: 503, count: 5, path: '/Reports' });
	const { runs } = await stage.sync({ executionId: '4712', mode: 'trigger' });
	expect(runs.get('Harbour Group')?.status).toBe('succeeded');
	const { rows } = await stage.database.admin.query<{ id: string }>(
		"select r.id from etl.sync_runs r join tenants t on t.id = r.tenant_id where t.name = 'Kiwi Group' order by started_at limit 1",
	);
	kiwiRunId = rows[0]!.id;
});
afterAll(async () => {
	await stage?.close();
});

/** The bundled workflow, as it is or with a run chosen. */
async function history(runId?: string) {
	const workflow = bundledWorkflow('zixly-history');
	const one = workflow.nodes.find(({ name }) => name === 'One Run')!;
	if (runId) one.parameters = { ...one.parameters, runId: { __rl: true, mode: 'list', value: runId } };
	const run = await runWorkflow(workflow, { credentials: stage.scenario.credentials });
	expect(run.error).toBeUndefined();
	return run;
}

describe('zixly-history', () => {
	it('lists the latest runs as a readable table', async () => {
		const rows = (await history()).items('Latest Runs');
		expect(rows.map(({ tenant, provider, status }) => [tenant, provider, status])).toEqual([
			['Harbour Group', 'Xero', 'Succeeded'],
			['Kiwi Group', 'Xero', 'Partial'],
		]);
		expect(rows[1]).toMatchObject({ read: 13, written: 0, rejected: 13 });
		for (const row of rows) {
			expect(Object.keys(row).length).toBeLessThanOrEqual(10);
			expect(Object.values(row).filter((value) => typeof value === 'object' && value !== null)).toEqual([]);
		}
	});

	it('shows the latest run in detail where none is chosen', async () => {
		const run = await history();
		expect(run.items('One Run')).toEqual([
			{
				...{ tenant: 'Harbour Group', provider: 'Xero', status: 'Succeeded' },
				...{ message: 'Up to date.', whatToDo: null },
				started: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC, by schedule, execution 4712$/),
				duration: expect.stringMatching(/sec|min/),
				reading: expect.stringMatching(/^26 records, \d+ calls, waited .* for rate limits and retries$/),
				rows: '26 inserted, 0 updated, 0 unchanged, 0 rejected',
				runId: expect.any(String),
			},
		]);
		const events = run.items('Timeline').map(({ event }) => String(event));
		expect(events[0]).toBe('Opened by schedule, execution 4712');
		expect(events.filter((event) => /^monthlyFinancials of .* stored$/.test(event))).toHaveLength(2);
		expect(events.at(-1)).toBe('Ended as succeeded: Up to date.');
		const times = run.items('Timeline').map(({ time }) => String(time));
		expect(times).toEqual(times.toSorted());
		expect(run.items('Streams')).toMatchObject([{ stream: 'monthlyFinancials', read: 26, inserted: 26 }]);
		expect(run.items('Accounts')).toHaveLength(2);
		expect(run.items('Accounts')[0]).toMatchObject({ stored: 'monthlyFinancials', enabled: true });
		expect(run.items('Rejected Reasons')).toEqual([]);
	});

	it('says of a run that stored nothing why, and what to do', async () => {
		const run = await history(kiwiRunId);
		const [one] = run.items('One Run');
		expect(one).toMatchObject({ tenant: 'Kiwi Group', status: 'Partial' });
		expect(one!.started).toMatch(/by hand, execution 4711$/);
		expect(one!.whatToDo).toMatch(/^13 records were rejected as rate_missing: .* Replay loads them/);
		expect(run.items('Rejected Reasons')).toMatchObject([
			{ records: 13, stillOpen: 13, reason: 'rate_missing', stream: 'monthlyFinancials', stage: 'transform' },
		]);
		expect(run.items('Timeline').map(({ event }) => event)).toContain(
			'13 records of monthlyFinancials rejected as rate_missing',
		);
	});

	it('says that there is no such run, whatever is asked for', async () => {
		for (const runId of ['none', "' or true --", '\0', 'x'.repeat(100_000)]) {
			const run = await history(runId);
			expect(run.items('One Run')).toEqual([]);
			const hints = (run.runData['One Run']?.[0]?.hints ?? []).map(({ message }) => message);
			expect(hints).toEqual([expect.stringContaining('There is no such run')]);
		}
	});
});
