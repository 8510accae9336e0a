import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../sandbox';
import { bookedRuns, everyRow, imbalances, rowVersions } from '../support/books';
import { testDatabase, type TestDatabase } from '../support/database';
import { differences, monthsOf } from '../support/expected';
import { closeEngine, engineLog, type EngineRun } from '../support/n8n-engine';
import { Scenario } from '../support/scenario';

describe('the bundled Xero sync in n8n’s engine', () => {
	let database: TestDatabase;
	let sandbox: Sandbox;
	let scenario: Scenario;
	/** Of every execution, to be searched for secrets at the end. */
	const items: string[] = [];

	beforeAll(async () => {
		database = await testDatabase();
		sandbox = await startSandbox();
		scenario = new Scenario(database, sandbox);
		await scenario.connect('Harbour Group', 'harbour');
		await scenario.connect('Southern Group', 'southern');
	});

	afterAll(async () => {
		await closeEngine();
		await sandbox.close();
		await database.close();
	});

	async function sync(options: Parameters<Scenario['sync']>[0] = {}): Promise<EngineRun> {
		const run = await scenario.sync(options);
		items.push(JSON.stringify(run.runData));
		return run;
	}

	it('loads 2 tenants × 2 organisations × 13 months, each row as the sandbox says', async () => {
		const run = await sync();
		expect(run.error).toBeUndefined();
		const runs = await bookedRuns(database.admin, run.executionId);
		expect(runs.map(({ tenant, status }) => [tenant, status])).toEqual([
			['Harbour Group', 'succeeded'],
			['Southern Group', 'succeeded'],
		]);
		for (const tenant of scenario.tenants) {
			expect(await differences(database.admin, sandbox, tenant)).toEqual([]);
		}
		expect(runs.map(({ rows }) => rows.inserted)).toEqual([26, 26]);
		expect(runs.flatMap(imbalances)).toEqual([]);
		expect(run.items('Finish')).toHaveLength(2);
	});

	it('writes no row the second time', async () => {
		const before = await rowVersions(database.admin);
		expect(before.size).toBe(4 + 4 * monthsOf('UTC', new Date()).length);
		const run = await sync();
		expect(run.error).toBeUndefined();
		const runs = await bookedRuns(database.admin, run.executionId);
		expect(runs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
		expect(runs.map(({ rows }) => [rows.inserted, rows.updated])).toEqual([
			[0, 0],
			[0, 0],
		]);
		expect(runs.every(({ rows }) => rows.unchanged > 0 && rows.unchanged === rows.produced)).toBe(true);
		expect(runs.flatMap(imbalances)).toEqual([]);
		expect(await rowVersions(database.admin)).toEqual(before);
	});

	it('claims nothing by schedule while nothing is due, and all once it is', async () => {
		const early = await sync({ mode: 'trigger' });
		expect(early.status).toBe('success');
		expect(early.items('Claim Due')).toEqual([]);
		await database.admin.query(`update integrations set last_sync_at = now() - interval '7 hours'`);
		const due = await sync({ mode: 'trigger' });
		expect(due.items('Finish')).toHaveLength(2);
	});

	it('starts from another workflow as well', async () => {
		await database.admin.query(`update integrations set last_sync_at = now() - interval '7 hours'`);
		const run = await sync({ mode: 'trigger', start: 'From Another Workflow' });
		expect(run.items('Finish')).toHaveLength(2);
	});

	it('left no planted secret in items, errors, the log or the tables', async () => {
		const heard = [...items, await engineLog(), await everyRow(database.admin)].join('\n');
		for (const known of ['"type":"ROW"', 'Start executing node', 'Harbour Group'])
			expect(heard).toContain(known);
		for (const secret of scenario.secrets()) expect(heard).not.toContain(secret);
	});
});
