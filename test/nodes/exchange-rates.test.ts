import { Decimal } from 'decimal.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { financialsOf, rowVersions } from '../support/database/stored';
import { bundledWorkflow } from '../support/checkout';
import { runWorkflow, type EngineRun } from '../support/n8n/engine';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';
import { expectWithMessage } from '../support/expect/expectations';

/** The organisation keeps its books in New Zealand dollars; the bank quotes both currencies for one euro. */
describe('the bundled exchange rates in n8n’s engine', () => {
	let stage: SyncStage;

	beforeAll(async () => {
		stage = await syncStage('exchange-rates');
		await stage.scenario.connect('Kiwi Group', 'kiwi');
		await stage.scenario.connect('Harbour Group', 'harbour');
	});
	afterAll(async () => {
		await stage?.close();
	});

	/** With the raw items, of which Simplify keeps the summary alone. */
	async function load(more: object = {}): Promise<EngineRun> {
		const input = [{ baseUrl: `${stage.sandbox.url}/ecb`, ...more }];
		const workflow = bundledWorkflow('zixly-exchange-rates');
		for (const node of workflow.nodes)
			if (node.name === 'Load Exchange Rates') node.parameters.simplify = false;
		const run = await runWorkflow(workflow, { credentials: stage.scenario.credentials, input });
		expect(run.error).toBeUndefined();
		return run;
	}

	const itemsOf = (run: EngineRun, type: string) =>
		run.items('Load Exchange Rates').filter((item) => item.type === type);

	/** As the once-a-day full read does. */
	async function syncAll() {
		await stage.database.admin.query('delete from etl.stream_states');
		const { runs, error } = await stage.sync();
		expect(error).toBeUndefined();
		return runs.get('Kiwi Group')!;
	}

	const organisation = () => stage.sandbox.xero.organisations('kiwi')[0]!;
	const lastDayOf = (month: string): string =>
		new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);

	/** Worked out apart from the code under test: the mean of the days' AUD per EUR over NZD per EUR. */
	function inAud(month: string, amount: string): string {
		const { banks } = stage.sandbox;
		const within = banks.days('ecb', `${month}-01`, lastDayOf(month));
		// A month that has just begun has none of its own yet.
		const days = within.length > 0 ? within : banks.days('ecb', '2000-01-01', `${month}-01`).slice(-1);
		const rates = days.map((day) =>
			new Decimal(banks.rate('ecb', 'AUD', day)!).div(banks.rate('ecb', 'NZD', day)!),
		);
		const mean = rates.reduce((sum, rate) => sum.plus(rate)).div(rates.length);
		return new Decimal(amount).times(mean).toFixed(2, Decimal.ROUND_HALF_UP);
	}

	async function expectEveryMonthInAud(): Promise<void> {
		const [kiwi] = stage.scenario.tenants;
		const rows = await financialsOf(stage.database.admin, kiwi!);
		expect(rows.size).toBe(13);
		for (const [externalId, row] of rows) {
			const month = /:(\d{4}-\d\d):/.exec(externalId)![1]!;
			const totals = stage.sandbox.xero.totals(organisation().id, month, 'accrual');
			expectWithMessage(row, month).toMatchObject({
				revenue: inAud(month, totals.revenue),
				expenses: inAud(month, totals.expenses),
				cashFlow: inAud(month, totals.cashFlow),
			});
			expect(new Decimal(row.revenue).minus(row.expenses).toFixed(2)).toBe(row.netProfit);
		}
	}

	/** A month that is over, and a working day in its middle. */
	function closedMonth(): { month: string; day: string } {
		const month = new Date(Date.now() - 100 * 86_400_000).toISOString().slice(0, 7);
		return { month, day: stage.sandbox.banks.days('ecb', `${month}-10`, `${month}-20`)[0]! };
	}

	it('loads nothing but the reporting currency while no books are foreign', async () => {
		expect(itemsOf(await load(), 'RATES')).toMatchObject([{ base: 'EUR', quote: 'AUD', source: 'ecb' }]);
	});

	it('rejects what has no rate, says after a load that it could be taken, and takes it by a replay', async () => {
		const first = await syncAll();
		expect(first.records).toMatchObject({ extracted: 13, rejected: 13 });
		const run = await load();
		expect(itemsOf(run, 'SUMMARY')).toMatchObject([{ replayableRecords: 13, recordsStillWithoutRate: 0 }]);
		expect(itemsOf(run, 'RATES').map(({ quote }) => quote)).toEqual(['AUD', 'NZD']);
		const replay = await stage.scenario.run('zixly-replay-rejected');
		expect(replay.error).toBeUndefined();
		await expectEveryMonthInAud();
		expect((await syncAll()).rows).toMatchObject({ inserted: 0, updated: 0, unchanged: 13 });
		const { rows } = await stage.database.admin.query(
			'select from etl.rejected_records where resolved_at is null',
		);
		expect(rows).toEqual([]);
	});

	it('writes no rate and no row the second time', async () => {
		const before = await rowVersions(stage.database.admin);
		expect(itemsOf(await load(), 'SUMMARY')).toMatchObject([{ added: 0, corrected: 0, recomputedRows: 0 }]);
		expect((await syncAll()).rows).toMatchObject({ inserted: 0, updated: 0, unchanged: 13 });
		expect(await rowVersions(stage.database.admin)).toEqual(before);
	});

	it('recomputes exactly the month of a corrected rate, as a sync would', async () => {
		const { month, day } = closedMonth();
		stage.sandbox.banks.correct({ bank: 'ecb', currency: 'NZD', day, rate: '2.5' });
		const before = await rowVersions(stage.database.admin);
		const run = await load({ from: `${month}-01` });
		expect(itemsOf(run, 'SUMMARY')).toMatchObject([{ corrected: 1, recomputedRows: 1 }]);
		expect(itemsOf(run, 'RECOMPUTED')).toMatchObject([
			{
				tenantName: 'Kiwi Group',
				table: 'financials',
				clientName: organisation().name,
				day: lastDayOf(month),
			},
		]);
		const after = await rowVersions(stage.database.admin);
		expect([...after].filter(([row, version]) => before.get(row) !== version)).toHaveLength(1);
		await expectEveryMonthInAud();
		expect((await syncAll()).rows).toMatchObject({ inserted: 0, updated: 0, unchanged: 13 });
		expect(await rowVersions(stage.database.admin)).toEqual(after);
	});

	it('starts by schedule and from another workflow too, and says what a bank’s refusal means', async () => {
		stage.sandbox.banks.fail({ bank: 'ecb', status: 400, count: 9 });
		const input = [{ baseUrl: `${stage.sandbox.url}/ecb` }];
		const refused = await stage.scenario.run('zixly-exchange-rates', { mode: 'trigger', input });
		expect(refused.error?.message).toMatch(/European Central Bank responded with status 400/);
		stage.sandbox.banks.clearFaults();
		const run = await stage.scenario.run('zixly-exchange-rates', {
			mode: 'trigger',
			start: 'From Another Workflow',
			input,
		});
		const [summary, ...others] = run.items('Load Exchange Rates');
		expect(others).toEqual([]);
		expect(summary).toMatchObject({
			source: 'ecb',
			added: 0,
			rejected: 0,
			withoutRates: '',
			type: 'SUMMARY',
		});
		expect(Object.keys(summary!).length).toBeLessThanOrEqual(10);
	});
});
