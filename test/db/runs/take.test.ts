import { beforeEach, describe, expect, it } from '@jest/globals';

import { openRun, type RunHolder } from '../../../db/runs/open';
import { finishRun } from '../../../db/runs/finish';
import { takeRuns } from '../../../db/runs/take';
import { createTenant } from '../../../db/integrations/tenants';
import { useDatabase } from '../../support/database/use-database';
import { holder } from '../../support/database/run-holder';

const database = useDatabase();
let tenantId: string;
beforeEach(async () => {
	({ id: tenantId } = await createTenant(database.pool, { name: 'Harbour' }));
});

const open = async (by: RunHolder): Promise<string> =>
	await openRun(database.pool, { tenantId, provider: 'manual' }, by);

/** Whose the run is once an execution has asked for it. */
async function holderAfter(opened: RunHolder, asking: RunHolder): Promise<string | null | undefined> {
	const [run] = await takeRuns(database.pool, [await open(opened)], asking);
	return run?.executionId;
}

const byHand = (executionId: string, more: Partial<RunHolder> = {}) =>
	holder(executionId, { mode: 'manual', ...more });
const retry = (executionId: string, more: Partial<RunHolder> = {}) =>
	holder(executionId, { mode: 'retry', ...more });

describe('a run of an earlier execution', () => {
	it.each([
		['by hand of one by hand', byHand('1'), byHand('2')],
		['a retry of a scheduled one', holder('1'), retry('2')],
		['a retry of a retry', retry('1'), retry('2')],
	])('goes over to %s, in the same workflow', async (_, opened, asking) => {
		expect(await holderAfter(opened, asking)).toBe('2');
	});

	it.each([
		['a scheduled one of a scheduled one', holder('1'), holder('2')],
		['a scheduled one of one by hand', byHand('1'), holder('2')],
		['by hand of a scheduled one', holder('1'), byHand('2')],
		['a sub-workflow', byHand('1'), byHand('2', { mode: 'integrated' })],
		['another workflow', byHand('1'), byHand('2', { workflowId: 'instance-1:workflow-2' })],
		['another n8n', byHand('1'), byHand('2', { workflowId: 'instance-2:workflow-1' })],
		['a retry in another workflow', holder('1'), retry('2', { workflowId: 'instance-1:workflow-2' })],
		['a workflow without an id', byHand('1', { workflowId: null }), byHand('2', { workflowId: null })],
	])('stays where it is: %s', async (_, opened, asking) => {
		expect(await holderAfter(opened, asking)).toBe('1');
	});

	it('a run that has ended stays as it is', async () => {
		const syncRunId = await open(byHand('1'));
		await finishRun(database.pool, { tenantId, syncRunId, status: 'failed' });
		const [run] = await takeRuns(database.pool, [syncRunId], byHand('2'));
		expect(run).toMatchObject({ executionId: '1', status: 'failed' });
	});

	it('goes to one of two that want it at once from the same hands', async () => {
		const syncRunId = await open(byHand('first'));
		const asking = Array.from({ length: 10 }, (_, index) => byHand(`execution-${index}`));
		const answers = await Promise.all(
			asking.map(async (by) => await takeRuns(database.pool, [syncRunId], by)),
		);
		const { rows } = await database.admin.query<{ id: string }>(
			'select execution_id as id from etl.sync_runs where id = $1',
			[syncRunId],
		);
		const last = Number(rows[0]!.id.replace('execution-', ''));
		expect(answers[last]).toMatchObject([{ executionId: rows[0]!.id }]);
	});
});

it('knows no run of hostile ids, and takes them all at once', async () => {
	const ids = ['', '\0', "' or true --", 'x'.repeat(100_000), '\ud800'];
	expect(await takeRuns(database.pool, ids, retry('2'))).toEqual([]);
	const own = await open(holder('1'));
	expect(await takeRuns(database.pool, [...ids, own], holder('1'))).toMatchObject([
		{ syncRunId: own, tenantId, provider: 'manual', integrationId: null, accountIds: [], status: 'running' },
	]);
});
