import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Fault } from '../sandbox';
import { metricDifferences, metricsOf } from '../support/expect/asana';
import { bookedRuns, imbalances, rowVersions, type BookedRun } from '../support/database/stored';
import { bundledWorkflow } from '../support/checkout';
import { runWorkflow } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

const ZONE = 'Australia/Sydney';

let stage: SyncStage;

async function connect(name: string, consent: string): Promise<Tenant> {
	return await stage.scenario.connect(name, consent, 'asana', { timezone: ZONE });
}

beforeAll(async () => {
	stage = await syncStage('asana-faults', 'asana', { asana: { minute: 10_000 } });
});

afterAll(async () => {
	await stage?.close();
});

/** Syncs all that is connected, also what a failure before had put aside. */
async function sync(): Promise<Map<string, BookedRun>> {
	await stage.database.admin.query(`update integrations set status = 'ACTIVE', last_sync_at = null`);
	const { runs, error } = await stage.sync();
	expect(error).toBeUndefined();
	expect([...runs.values()].flatMap(imbalances)).toEqual([]);
	return runs;
}

describe('a workspace with a project that the person may not see', () => {
	let tenant: Tenant;

	beforeAll(async () => {
		tenant = await connect('Doors', 'closed');
	});

	beforeEach(() => {
		stage.sandbox.asana.clear();
	});

	const expectEqualToSource = async (): Promise<void> =>
		expect(await metricDifferences(stage.database.admin, stage.sandbox, tenant, ZONE)).toEqual([]);

	const gidOf = (name: string): string => stage.sandbox.asana.projectNamed('closed', name).gid;

	async function openRejections(): Promise<object[]> {
		const { rows } = await stage.database.admin.query<object>(
			`select stage, record_id, reason_code, reason_path from etl.rejected_records
			where resolved_at is null order by stage, record_id`,
		);
		return rows;
	}

	const closed = () => ({
		stage: 'extract',
		record_id: gidOf('For the Board'),
		reason_code: 'not_permitted',
		reason_path: '',
	});

	it('is read without it, which is rejected by its name and the reason', async () => {
		const run = (await sync()).get('Doors');
		expect(run).toMatchObject({
			status: 'partial',
			records: { extracted: 2, skipped: 0, normalised: 1, rejected: 1 },
		});
		expect(await openRejections()).toEqual([closed()]);
		const { rows } = await stage.database.admin.query<{ message: string }>(
			'select reason_message as message from etl.rejected_records',
		);
		expect(rows).toEqual([
			{ message: expect.stringMatching(/403 for the tasks of .*"For the Board"/) as unknown },
		]);
		await expectEqualToSource();
	});

	it('is not asked again for it before its time', async () => {
		stage.sandbox.asana.clearRequests();
		expect((await sync()).get('Doors')).toMatchObject({
			status: 'succeeded',
			records: { extracted: 1, skipped: 0, rejected: 0 },
		});
		const asked = stage.sandbox.asana.requests.map(({ query }) => query.project);
		expect(asked).not.toContain(gidOf('For the Board'));
		expect(await openRejections()).toEqual([closed()]);
	});

	const tasks = { path: '/tasks' };
	// What is alike at all providers stands in one table (test/db/extract/source-behaviour.test.ts).
	const PASSING: Array<[name: string, fault: Fault]> = [
		['429 that says how many seconds to wait', { kind: 'tooManyRequests', retryAfter: 1, ...tasks }],
		['500, three times in a row', { kind: 'serverError', count: 3, ...tasks }],
		['504 on the list of projects', { kind: 'serverError', status: 504, path: '/projects' }],
		['an access token that has expired', { kind: 'tokenExpired', ...tasks }],
		['properties that nobody has heard of', { kind: 'unknownFields', count: 'always' }],
	];

	it.each(PASSING)('%s: the same run ends well', async (_name, fault) => {
		stage.sandbox.asana.faults.add(fault);
		expect((await sync()).get('Doors')).toMatchObject({ status: 'succeeded', error: null });
		if (fault.count !== 'always') expect(stage.sandbox.asana.faults.pending()).toEqual([]);
		await expectEqualToSource();
	});

	const FAILING: Array<[name: string, fault: Fault, status: string, failureClass: string]> = [
		['a scope that is missing', { kind: 'scopeMissing', ...tasks }, 'failed', 'needs_consent'],
		['a paid plan only', { kind: 'paymentRequired', path: '/projects' }, 'failed', 'not_permitted'],
		['no right to the workspace', { kind: 'forbidden', path: '/projects' }, 'failed', 'not_permitted'],
		['an unknown address', { kind: 'notFound', path: '/workspaces' }, 'failed', 'bad_request'],
		['a list too large', { kind: 'tooLarge', path: '/projects' }, 'failed', 'bad_request'],
		['a consent taken back', { kind: 'invalidGrant' }, 'failed', 'reconnect_required'],
	];

	it.each(FAILING)(
		'%s: a failure of its class, and right again once it has passed',
		async (_name, fault, status, failureClass) => {
			const before = await rowVersions(stage.database.admin);
			stage.sandbox.asana.faults.add(fault);
			if (/^invalid/.test(fault.kind)) stage.sandbox.asana.expireAccessTokens();
			const run = (await sync()).get('Doors');
			expect(run).toMatchObject({ status, error: { class: failureClass } });
			expect(await rowVersions(stage.database.admin)).toEqual(before);
			await expectEqualToSource();
		},
	);

	it('412 of a sync token for one project: it alone is rejected, and taken once it is good again', async () => {
		const [asked] = stage.sandbox.asana.projects('closed').filter((project) => !project.closed);
		stage.sandbox.asana.faults.add({ kind: 'syncToken', ...tasks });
		expect((await sync()).get('Doors')).toMatchObject({
			status: 'partial',
			error: null,
			records: { extracted: 1, rejected: 1 },
		});
		expect(await openRejections()).toHaveLength(2);
		expect(await openRejections()).toContainEqual({
			...closed(),
			record_id: asked!.gid,
			reason_code: 'bad_request',
		});
		await stage.database.admin.query(
			`update etl.rejected_records set ask_again_at = now() where stage = 'extract'`,
		);
		await sync();
		expect(await openRejections()).toEqual([closed()]);
		await expectEqualToSource();
	});

	it.each([
		['a field removed', 'fieldsRemoved', 'created_at'],
		['a field of another type', 'fieldTypesChanged', 'created_at'],
	])(
		'%s: the record is rejected with its path, and taken once it is good again',
		async (_name, kind, path) => {
			stage.sandbox.asana.faults.add({ kind, path: '/projects' });
			expect((await sync()).get('Doors')).toMatchObject({
				status: 'partial',
				records: { rejected: 1, skipped: 0 },
			});
			expect(await openRejections()).toEqual([
				closed(),
				expect.objectContaining({ stage: 'transform', reason_code: 'invalid_record', reason_path: path }),
			]);
			stage.sandbox.asana.clear();
			await sync();
			expect(await openRejections()).toEqual([closed()]);
			await expectEqualToSource();
		},
	);

	it('a type of task never seen is left out, like those of a company’s own', async () => {
		stage.sandbox.asana.faults.add({ kind: 'valueNeverSeen', count: 'always', ...tasks });
		expect((await sync()).get('Doors')?.status).toBe('succeeded');
		const metrics = [...(await metricsOf(stage.database.admin, tenant.id))];
		expect(metrics.filter(([key, value]) => key.endsWith('open_tasks') && value !== '0.0000')).toEqual([]);
		stage.sandbox.asana.clear();
		await sync();
		await expectEqualToSource();
	});

	it('the sandbox’s own limit of a minute is waited for', async () => {
		stage.sandbox.asana.setLimits({ minute: 2, minuteSeconds: 2 });
		expect((await sync()).get('Doors')?.status).toBe('succeeded');
		expect(stage.sandbox.asana.requests.some(({ status }) => status === 429)).toBe(true);
	});
});

describe('a limit that lasts for hours', () => {
	it('ends the run at once and says when it goes on', async () => {
		await connect('Southern', 'southern');
		stage.sandbox.asana.clear();
		const limited = { kind: 'tooManyRequests', path: '/tasks', consent: 'southern', retryAfter: 7_200 };
		stage.sandbox.asana.faults.add({ ...limited, count: 'always' });
		const run = (await sync()).get('Southern');
		expect(run).toMatchObject({ status: 'failed', error: { class: 'rate_limited' } });
		const { rows } = await stage.database.admin.query<{ hours: number }>(
			'select extract(epoch from retry_at - now())::float8 / 3600 as hours from etl.sync_runs where id = $1',
			[run?.id],
		);
		expect(rows[0]?.hours).toBeGreaterThan(1.9);
		expect(rows[0]?.hours).toBeLessThan(6);
	});
});

describe('a project of several pages', () => {
	it('is read again from its beginning when the token of a page expires', async () => {
		const tenant = await connect('Harbour', 'harbour');
		const { asana } = stage.sandbox;
		asana.clear();
		const { gid } = asana.projectNamed('harbour', 'Website Relaunch');
		asana.faults.add({ kind: 'offsetExpired', month: gid, skip: 1 });
		expect((await sync()).get('Harbour')).toMatchObject({ status: 'succeeded', error: null });
		expect(asana.faults.pending()).toEqual([]);
		const calls = asana.requests.filter(({ query }) => query.project === gid);
		expect(calls.map(({ query }) => query.offset !== undefined)).toEqual([false, true, false, true]);
		expect(await metricDifferences(stage.database.admin, stage.sandbox, tenant, ZONE)).toEqual([]);
	});

	it('is whole after the next run where a task moved while its pages were read', async () => {
		const { asana } = stage.sandbox;
		const tenant = stage.scenario.tenants.find(({ name }) => name === 'Harbour')!;
		const { gid } = asana.projectNamed('harbour', 'Website Relaunch');
		asana.clear();
		asana.faults.add({ kind: 'delay', delayMs: 500, month: gid, skip: 1 });
		const [first] = asana.book.tasksOf(gid);
		const deleted = stage.sandbox.asana;
		const timer = setInterval(() => {
			if (!deleted.requests.some(({ query }) => query.project === gid)) return;
			clearInterval(timer);
			deleted.book.deleteTask(first!.gid);
		}, 5);
		await sync();
		clearInterval(timer);
		asana.clear();
		await sync();
		expect(await metricDifferences(stage.database.admin, stage.sandbox, tenant, ZONE)).toEqual([]);
	});
});

describe('names that are odd', () => {
	it('are kept as they are, and what PostgreSQL cannot hold is rejected', async () => {
		const tenant = await connect('Odd Names', 'odd');
		const run = (await sync()).get('Odd Names');
		expect(run).toMatchObject({
			status: 'partial',
			records: { extracted: 10, normalised: 8, rejected: 2 },
		});
		const { rows } = await stage.database.admin.query<{ name: string }>(
			'select client_name as name from client_kpis where tenant_id = $1',
			[tenant.id],
		);
		const names = stage.sandbox.asana
			.projects('odd')
			.map(({ gid, name }) => (name === '' ? `asana:${gid}` : name));
		const storable = names.filter((name) => !/\0|\p{Cs}/u.test(name));
		expect(rows.map(({ name }) => name).sort()).toEqual(storable.sort());
		expect(Math.max(...storable.map(({ length }) => length))).toBeGreaterThan(1_000_000);
		const { rows: rejected } = await stage.database.admin.query(
			'select reason_code, reason_path from etl.rejected_records where tenant_id = $1',
			[tenant.id],
		);
		expect(rejected).toEqual(
			Array(2).fill({ reason_code: 'text_not_storable', reason_path: 'client.clientName' }),
		);
	});
});

describe('more projects than one execution may read', () => {
	it('are read by the runs after it, each going on where the one before stopped', async () => {
		const tenant = await connect('Large Group', 'large');
		stage.sandbox.asana.clear();
		await stage.database.admin.query(`update integrations set status = 'DISABLED' where id <> $1`, [
			tenant.integrationId,
		]);
		const workflow = bundledWorkflow('zixly-sync-asana');
		const nodes = workflow.nodes.map((node) =>
			node.name === 'Extract'
				? { ...node, parameters: { ...node.parameters, options: { maxRecords: 15 } } }
				: node,
		);
		const extracted: number[] = [];
		for (let more = true; more; ) {
			const { credentials } = stage.scenario;
			const { executionId, error } = await runWorkflow(
				{ ...workflow, nodes },
				{ credentials, mode: 'trigger' },
			);
			expect(error).toBeUndefined();
			const [run] = await bookedRuns(stage.database.admin, executionId);
			more = run !== undefined;
			if (run) extracted.push(run.records.extracted);
			expect(extracted.length).toBeLessThan(10);
		}
		expect(extracted.reduce((sum, one) => sum + one, 0)).toBe(40);
		expect(extracted.length).toBeGreaterThan(2);
		expect(await metricDifferences(stage.database.admin, stage.sandbox, tenant, ZONE)).toEqual([]);
		const { rows } = await stage.database.admin.query<{ state: object }>(
			'select state from etl.stream_states where integration_id = $1',
			[tenant.integrationId],
		);
		expect(rows).toEqual([{ state: { projects: expect.objectContaining({ after: null }) as unknown } }]);
	});
});
