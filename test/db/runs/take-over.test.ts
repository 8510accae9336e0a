import type { IDataObject } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { claimDue } from '../../../db/runs/claim';
import { takeRuns } from '../../../db/runs/take';
import type { RunHolder } from '../../../db/runs/open';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { holder } from '../../support/database/run-holder';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	await connection('held');
});

async function connection(name: string): Promise<void> {
	await database.admin.query('insert into tenants (id, name) values ($1, $1)', [name]);
	await database.admin.query(
		"insert into integrations (id, tenant_id, provider, status) values ($1, $1, 'xero', 'ACTIVE')",
		[name],
	);
}

const byHand = (id: string, more: Partial<RunHolder> = {}) =>
	holder(`instance-1:${id}`, { mode: 'manual', ...more });

const claim = async (by: RunHolder) =>
	await claimDue(database.pool, {
		...{ provider: 'xero', limit: 50, syncEveryHours: 6, authentication: 'stored' as const },
		...{ holder: by, runNow: by.mode === 'manual' || by.mode === 'cli' },
	});

/** As if the last sign of life was so long ago. */
const beSilent = async (seconds: number) =>
	await database.admin.query(
		"update etl.sync_runs set lease_until = now() + interval '15 minutes' - make_interval(secs => $1) where status = 'running'",
		[seconds],
	);

async function operate(operation: string, parameters: Record<string, unknown>, by: RunHolder) {
	const [, executionId = ''] = by.executionId.split(':');
	const given = { provider: 'xero', authentication: 'storedIntegration', limit: 50, ...parameters };
	const context = nodeContext({
		...{ database: database.settings, items: [{}], parameters: given },
		...{ executionId, mode: by.mode },
	});
	const items = await integrationsOperations[operation]!(context);
	return { items: items.map(({ json }): IDataObject => json), hints: context.hints };
}

/** UTC to the minute, of an instant in the database. */
async function minute(expression: string): Promise<string> {
	const { rows } = await database.admin.query<{ at: Date }>(
		`select ${expression} as at from etl.sync_runs where status = 'running'`,
	);
	return `${rows[0]!.at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

describe('a run that an execution by hand left open', () => {
	it.each([
		['by hand', byHand('1'), byHand('2')],
		['by n8n execute', byHand('1', { mode: 'cli' }), byHand('2', { mode: 'cli' })],
		['by hand, opened by n8n execute', byHand('1', { mode: 'cli' }), byHand('2')],
	])('is taken over %s in the same workflow, once it was silent for two minutes', async (_, opened, by) => {
		const [first] = await claim(opened);
		await beSilent(119);
		expect(await claim(by)).toEqual([]);
		await beSilent(121);
		const [second] = await claim(by);
		expect(second).toMatchObject({ integrationId: 'held' });
		const { rows } = await database.admin.query(
			`select id, status, error ->> 'class' as class from etl.sync_runs order by started_at`,
		);
		expect(rows).toEqual([
			{ id: first!.syncRunId, status: 'failed', class: 'run_lost' },
			{ id: second!.syncRunId, status: 'running', class: null },
		]);
	});

	it.each([
		['opened by schedule', byHand('1', { mode: 'trigger' }), byHand('2')],
		['opened by a retry', byHand('1', { mode: 'retry' }), byHand('2')],
		['claimed by schedule', byHand('1'), byHand('2', { mode: 'trigger' })],
		['claimed as a sub-workflow', byHand('1'), byHand('2', { mode: 'integrated' })],
		['of another workflow', byHand('1'), byHand('2', { workflowId: 'instance-1:workflow-2' })],
		['of another n8n', byHand('1'), byHand('2', { workflowId: 'instance-2:workflow-1' })],
		['of a workflow without an ID', byHand('1', { workflowId: null }), byHand('2', { workflowId: null })],
	])('is left alone: %s', async (_, opened, by) => {
		await claim(opened);
		await beSilent(800);
		expect(await claim(by)).toEqual([]);
	});

	it('is given to one of many that ask at once', async () => {
		await claim(byHand('1'));
		await beSilent(121);
		const all = await Promise.all(Array.from({ length: 8 }, async (__, n) => await claim(byHand(`9${n}`))));
		expect(all.flat()).toHaveLength(1);
	});

	it('shows a sign of life as each node begins', async () => {
		const [run] = await claim(byHand('1'));
		await beSilent(800);
		await takeRuns(database.pool, [run!.syncRunId], byHand('1'));
		expect(await claim(byHand('2'))).toEqual([]);
	});

	it('is not missed by the connections of another provider or tenant', async () => {
		await connection('other');
		await claimDue(database.pool, {
			...{ provider: 'xero', limit: 50, syncEveryHours: 6, authentication: 'stored' as const },
			...{ holder: byHand('1'), runNow: true, integrationId: 'other' },
		});
		await claim(byHand('2', { mode: 'trigger' }));
		await beSilent(121);
		expect((await claim(byHand('3'))).map(({ integrationId }) => integrationId)).toEqual(['other']);
	});
});

describe('a claim of connections that are held', () => {
	const claimDueBy = async (by: RunHolder, parameters = {}) =>
		(await operate('sync:claimDue', parameters, by)).hints;

	it('a claim by hand names the execution, since when it runs, and both ways out', async () => {
		await connection('second');
		await claim(byHand('35'));
		const [since, free] = [
			await minute('min(started_at)'),
			await minute("min(started_at) + interval '2 minutes'"),
		];
		expect(await claimDueBy(byHand('36'))).toEqual([
			`Nothing was claimed. 2 connections are held by execution 35, which began at ${since}. If it is no longer running, the connections are free for this workflow by hand at ${free}, or at once with Sync: Fail Runs of Execution, Execution ID 35.`,
		]);
		const failed = await operate('sync:failRuns', { executionId: '35' }, byHand('36'));
		expect(failed.items).toHaveLength(2);
		expect(await claim(byHand('37'))).toHaveLength(2);
	});

	it('a claim by schedule names the end of the lease', async () => {
		await claim(byHand('35', { mode: 'trigger' }));
		const end = await minute('min(lease_until)');
		expect(await claimDueBy(byHand('36'), { integrationId: 'held' })).toEqual([
			expect.stringContaining(
				`If it is no longer running, the connection is free at ${end}, or at once with Sync: Fail Runs of Execution, Execution ID 35.`,
			),
		]);
	});

	it('a claim from another n8n says so', async () => {
		await claim(holder('instance-2:35', { workflowId: 'instance-2:workflow-1' }));
		const [hint] = await claimDueBy(byHand('36'));
		expect(hint).toMatch(/held by execution 35 of another n8n, .* Fail Runs of Execution in that n8n\.$/);
		expect(hint).not.toContain('instance-');
	});

	it('a claim against many executions names three and counts the rest', async () => {
		for (let n = 1; n <= 5; n++) {
			await connection(`more-${n}`);
			await claim(byHand(`${n}`, { mode: 'trigger' }));
		}
		const [hint] = await claimDueBy(byHand('36'));
		expect(hint?.match(/held by execution \d+/g)).toHaveLength(3);
		expect(hint).toContain('2 more are held by other executions.');
	});
});

describe('Sync: Get Runs', () => {
	it('shows the execution ID that n8n shows', async () => {
		await claim(byHand('35'));
		await connection('second');
		await claim(holder('instance-2:12', { workflowId: 'instance-2:workflow-1' }));
		const { items } = await operate('sync:getRuns', {}, byHand('36'));
		expect(items.map(({ executionId }) => executionId)).toEqual(['12 (of another n8n)', '35']);
	});
});
