import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { expectedMetrics, metricDifferences, metricsOf } from '../support/expect/asana';
import { everyRow, imbalances, rowVersions } from '../support/database/stored';
import { engineLog } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

const ZONES = { harbour: 'Australia/Sydney', southern: 'Australia/Perth' } as const;

let stage: SyncStage;

/** Asana tells no time zone, so the connection does. */
async function connect(name: string, consent: string, timezone: string): Promise<Tenant> {
	return await stage.scenario.connect(name, consent, 'asana', { timezone });
}

describe('the bundled Asana sync in n8n’s engine', () => {
	let harbour: Tenant;
	let southern: Tenant;
	const items: string[] = [];

	beforeAll(async () => {
		stage = await syncStage('asana-sync', 'asana', { asana: { minute: 10_000 } });
		harbour = await connect('Harbour Agency', 'harbour', ZONES.harbour);
		southern = await connect('Southern Group', 'southern', ZONES.southern);
	});

	afterAll(async () => {
		await stage?.close();
	});

	async function sync() {
		stage.sandbox.asana.clear();
		const run = await stage.sync();
		items.push(JSON.stringify(run.runData));
		expect(run.error).toBeUndefined();
		const runs = [...run.runs.values()];
		expect(runs.flatMap(imbalances)).toEqual([]);
		expect(runs.filter(({ rows }) => rows.rejected > 0)).toEqual([]);
		return run.runs;
	}

	async function expectEqualToSource(): Promise<void> {
		const { admin } = stage.database;
		expect(await metricDifferences(admin, stage.sandbox, harbour, ZONES.harbour)).toEqual([]);
		expect(await metricDifferences(admin, stage.sandbox, southern, ZONES.southern)).toEqual([]);
	}

	const projectNamed = (name: string): string => stage.sandbox.asana.projectNamed('harbour', name).gid;

	it('loads every project that is not archived, each day’s metrics as the sandbox counts them', async () => {
		const runs = await sync();
		expect(runs.get('Harbour Agency')).toMatchObject({ status: 'succeeded', records: { extracted: 5 } });
		expect(runs.get('Southern Group')).toMatchObject({ status: 'succeeded', records: { extracted: 4 } });
		await expectEqualToSource();
		const wanted = expectedMetrics(stage.sandbox, harbour, ZONES.harbour).size;
		expect(wanted).toBeGreaterThan(500);
		expect(runs.get('Harbour Agency')?.rows.inserted).toBe(wanted);
	});

	it('makes each project a client of its name, and each workspace an account with the connection’s time zone', async () => {
		const { rows: clients } = await stage.database.admin.query<{ name: string }>(
			`select client_name as name from client_kpis where tenant_id = $1 order by 1`,
			[harbour.id],
		);
		expect(clients.map(({ name }) => name)).toEqual([
			...['Brand Refresh', 'Empty Shelf', 'Kick-off', 'Retainer May', 'Website Relaunch'],
		]);
		const { rows: accounts } = await stage.database.admin.query<{ name: string; timezone: string }>(
			`select name, timezone from etl.accounts where tenant_id = $1 order by name`,
			[southern.id],
		);
		expect(accounts).toEqual([
			{ name: 'Southern Labs', timezone: 'Australia/Perth' },
			{ name: 'Southern Studio', timezone: 'Australia/Perth' },
		]);
	});

	it('writes no row the second time', async () => {
		const before = await rowVersions(stage.database.admin);
		const runs = await sync();
		for (const run of runs.values()) {
			expect(run).toMatchObject({ status: 'succeeded', rows: { inserted: 0, updated: 0 } });
		}
		expect(await rowVersions(stage.database.admin)).toEqual(before);
	});

	it('writes none either where pages overlap and are shuffled', async () => {
		const before = await rowVersions(stage.database.admin);
		stage.sandbox.asana.clear();
		stage.sandbox.asana.faults.add(
			{ kind: 'repeatedEntries', count: 6 },
			{ kind: 'shuffledEntries', count: 'always' },
		);
		const { runs } = await stage.sync();
		expect([...runs.values()].map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
		expect(await rowVersions(stage.database.admin)).toEqual(before);
	});

	it('follows tasks that are completed, opened again, moved, added and deleted, though the project’s own time stands still', async () => {
		const { book } = stage.sandbox.asana;
		const relaunch = projectNamed('Website Relaunch');
		const modifiedAt = book.project(relaunch).project.modifiedAt;
		const tasks = book
			.tasksOf(relaunch)
			.filter(({ subtype, parent }) => subtype === 'default_task' && parent === null);
		const open = tasks.filter(({ completedAt }) => completedAt === null);
		const done = tasks.filter(
			({ completedAt }) => completedAt !== null && completedAt > Date.now() - 20 * 86_400_000,
		);
		book.completeTask(open[0]!.gid);
		book.editTask(open[1]!.gid, { dueOn: '2026-01-01' });
		for (const { gid } of done.slice(0, 10)) book.editTask(gid, { completedAt: null });
		book.deleteTask(done[11]!.gid);
		const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000).toISOString();
		book.addTask(relaunch, { createdAt: twoDaysAgo, dueOn: twoDaysAgo.slice(0, 10), at: 0 });
		expect(book.project(relaunch).project.modifiedAt).toBe(modifiedAt);
		const runs = await sync();
		await expectEqualToSource();
		expect(runs.get('Harbour Agency')?.rows.updated).toBeGreaterThan(10);
		expect(runs.get('Southern Group')?.rows).toMatchObject({ inserted: 0, updated: 0 });
	});

	it('takes out a mean whose only task was opened again', async () => {
		const { book } = stage.sandbox.asana;
		const kickOff = projectNamed('Kick-off');
		const gid = book.addTask(kickOff, { createdAt: new Date(Date.now() - 3_600_000).toISOString() });
		for (const task of book.tasksOf(kickOff)) book.editTask(task.gid, { completedAt: null });
		book.completeTask(gid);
		await sync();
		const cycleRows = async (): Promise<number> =>
			[...(await metricsOf(stage.database.admin, harbour.id)).keys()].filter(
				(key) => key.startsWith(`asana:${kickOff} `) && key.endsWith(' task_cycle_days'),
			).length;
		expect(await cycleRows()).toBe(1);
		book.editTask(gid, { completedAt: null });
		await sync();
		expect(await cycleRows()).toBe(0);
		await expectEqualToSource();
	});

	it('counts a task in each of its projects, and follows a project’s completion and its reopening', async () => {
		const { book } = stage.sandbox.asana;
		const [kickOff, shelf] = [projectNamed('Kick-off'), projectNamed('Empty Shelf')];
		book.addToProject(book.tasksOf(kickOff)[0]!.gid, shelf);
		book.editProject(projectNamed('Brand Refresh'), { completedAt: null });
		book.editProject(kickOff, { completedAt: Date.now(), dueOn: '2026-11-01', name: 'Kick-off, renamed' });
		await sync();
		await expectEqualToSource();
		const { rows } = await stage.database.admin.query<{ name: string }>(
			'select client_name as name from client_kpis where client_id = $1',
			[`asana:${kickOff}`],
		);
		expect(rows).toEqual([{ name: 'Kick-off, renamed' }]);
	});

	it('keeps the rows of projects that were archived or deleted, and reads new ones', async () => {
		const { book } = stage.sandbox.asana;
		const [archived, deleted] = [projectNamed('Retainer May'), projectNamed('Empty Shelf')];
		const before = await metricsOf(stage.database.admin, harbour.id);
		book.editProject(archived, { archived: true });
		book.deleteProject(deleted);
		const added = book.addProject(stage.sandbox.asana.workspaces('harbour')[0]!.gid, 'Brand New');
		book.addTask(added, {});
		const runs = await sync();
		expect(runs.get('Harbour Agency')).toMatchObject({ status: 'succeeded', records: { extracted: 4 } });
		const after = await metricsOf(stage.database.admin, harbour.id);
		const kept = (metrics: typeof before): unknown[] =>
			[...metrics].filter(([key]) => key.includes(archived) || key.includes(deleted)).sort();
		expect(kept(after)).toEqual(kept(before));
		expect(kept(before).length).toBeGreaterThan(200);
		expect(
			after.get(
				`asana:${added} ${[...stage.sandbox.asana.totals(added, ZONES.harbour, 1).keys()][0]} open_tasks`,
			),
		).toBe('1.0000');
	});

	it('asks for nothing about people, and leaves no secret in items, the log or the tables', async () => {
		const heard = [...items, await engineLog(), await everyRow(stage.database.admin)].join('\n');
		for (const known of ['"type":"ROW"', 'Website Relaunch']) expect(heard).toContain(known);
		for (const word of ['Personal-Name', 'nobody should read', '"Task 1"']) expect(heard).not.toContain(word);
		for (const secret of stage.scenario.secrets()) expect(heard).not.toContain(secret);
	});
});
