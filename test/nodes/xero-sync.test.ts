import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { everyRow, imbalances, rowVersions } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import { engineLog } from '../support/n8n/engine';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

describe('the bundled Xero sync in n8n’s engine', () => {
	let stage: SyncStage;
	/** Of every execution, to be searched for secrets at the end. */
	const items: string[] = [];

	beforeAll(async () => {
		stage = await syncStage('zixly');
		await stage.scenario.connect('Harbour Group', 'harbour');
		await stage.scenario.connect('Southern Group', 'southern');
	});

	afterAll(async () => {
		await stage?.close();
	});

	async function sync(options?: Parameters<SyncStage['sync']>[0]) {
		const run = await stage.sync(options);
		items.push(JSON.stringify(run.runData));
		expect(run.error).toBeUndefined();
		return run;
	}

	async function makeDue(): Promise<void> {
		await stage.database.admin.query(`update integrations set last_sync_at = now() - interval '7 hours'`);
	}

	it('loads 2 tenants × 2 organisations × 13 months, each row as the sandbox says', async () => {
		const { runs, items: itemsOf } = await sync();
		expect([...runs.keys()]).toEqual(['Harbour Group', 'Southern Group']);
		for (const run of runs.values()) {
			expect(run).toMatchObject({ status: 'succeeded', records: { extracted: 26 }, rows: { inserted: 26 } });
			expect(imbalances(run)).toEqual([]);
		}
		for (const tenant of stage.scenario.tenants) {
			expect(await differences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);
		}
		expect(itemsOf('Finish')).toHaveLength(2);
	});

	it('writes no row the second time', async () => {
		const before = await rowVersions(stage.database.admin);
		expect(before.size).toBe(4 + 4 * 13);
		const { runs } = await sync();
		for (const run of runs.values()) {
			expect(run).toMatchObject({ status: 'succeeded', rows: { inserted: 0, updated: 0 } });
			expect(run.rows.unchanged).toBeGreaterThan(0);
			expect(imbalances(run)).toEqual([]);
		}
		expect(await rowVersions(stage.database.admin)).toEqual(before);
	});

	it('rewrites exactly the row whose month was edited since', async () => {
		const [organisation] = stage.sandbox.xero.organisations('harbour');
		const month = new Date().toISOString().slice(0, 7);
		stage.sandbox.xero.edit(organisation?.id ?? '', month, { revenue: '100.01', cash: '-0.02' });
		const { runs } = await sync();
		expect(runs.get('Harbour Group')?.rows).toMatchObject({ inserted: 0, updated: 1 });
		expect(runs.get('Southern Group')?.rows).toMatchObject({ inserted: 0, updated: 0 });
		for (const tenant of stage.scenario.tenants) {
			expect(await differences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);
		}
	});

	it('claims nothing by schedule while nothing is due, and all once it is', async () => {
		const early = await sync({ mode: 'trigger' });
		expect(early.items('Claim Due')).toEqual([]);
		await makeDue();
		const due = await sync({ mode: 'trigger', start: 'From Another Workflow' });
		expect(due.items('Finish')).toHaveLength(2);
	});

	it('leaves no planted secret in items, errors, the log or the tables', async () => {
		const heard = [...items, await engineLog(), await everyRow(stage.database.admin)].join('\n');
		for (const known of ['"type":"ROW"', 'Start executing node', 'Harbour Group'])
			expect(heard).toContain(known);
		for (const secret of stage.scenario.secrets()) expect(heard).not.toContain(secret);
	});
});
