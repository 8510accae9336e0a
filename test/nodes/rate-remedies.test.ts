import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IDataObject } from 'n8n-workflow';

import { bundledWorkflow } from '../support/checkout';
import { runWorkflow, type EngineRun } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';
import { uploadWorkflow } from '../support/n8n/upload-workflow';
import { june } from '../unit/providers/xero/fixtures';

/** The months of the organisation, whose accounts are in another currency in each test. */
const MONTHS = 13;

let stage: SyncStage;
let kiwi: Tenant;
beforeAll(async () => {
	stage = await syncStage('rate-remedies');
	kiwi = await stage.scenario.connect('Kiwi Group', 'kiwi');
	await stage.sync();
	expect(await openMessages()).toHaveLength(MONTHS);
});
afterAll(async () => {
	await stage?.close();
});

/** Runs the bundled exchange rates with other parameters of its node. */
async function runRates(parameters: object, input: IDataObject[]): Promise<EngineRun> {
	const workflow = bundledWorkflow('zixly-exchange-rates');
	for (const node of workflow.nodes)
		if (node.name === 'Load Exchange Rates') Object.assign(node.parameters, parameters);
	const run = await runWorkflow(workflow, { credentials: stage.scenario.credentials, input });
	expect(run.error).toBeUndefined();
	return run;
}

async function replay(): Promise<void> {
	const run = await stage.scenario.run('zixly-replay-rejected');
	expect(run.error).toBeUndefined();
}

async function openMessages(): Promise<string[]> {
	const { rows } = await stage.database.admin.query<{ message: string }>(
		`select reason_message as message from etl.rejected_records
		where resolved_at is null and reason_code = 'rate_missing' order by record_id`,
	);
	return rows.map(({ message }) => message);
}

/** Every month rejected anew, with its figures in this currency; `stored` are the only rates. */
async function rejectAllIn(currency: string, stored: string[] = []): Promise<string[]> {
	const { admin } = stage.database;
	for (const table of ['financials', 'etl.exchange_rates']) await admin.query(`delete from ${table}`);
	await admin.query('update etl.accounts set currency = $1', [currency]);
	await admin.query('update etl.rejected_records set resolved_at = null');
	for (const rate of stored)
		await admin.query(`insert into etl.exchange_rates (base, quote, rate_date, rate, source) values ${rate}`);
	await replay();
	const said = await openMessages();
	expect(said).toHaveLength(MONTHS);
	return said;
}

const IMPORT = /mport a rate of your own from (\w{3}) to (\w{3}) of (?:a day from ([\d-]+) to )?([\d-]+) \(/;

/** What is converted is in the table, and no record is open. */
async function expectLoaded(currency: string): Promise<Array<{ rate: string; source: string }>> {
	expect(await openMessages()).toEqual([]);
	const { rows } = await stage.database.admin.query<{ currency: string; rate: string; source: string }>(
		`select metadata -> 'fx' ->> 'currency' as currency, metadata -> 'fx' ->> 'rate' as rate,
			metadata -> 'fx' ->> 'source' as source
		from financials`,
	);
	expect(rows.map((row) => row.currency)).toEqual(Array(MONTHS).fill(currency));
	return rows;
}

/** Imports for each message the rate that it names, of the first or of the last day that it names. */
async function importNamed(said: string[], day: 'first' | 'last'): Promise<void> {
	const rates = said.map((message) => {
		const [, base, quote, first, last] = IMPORT.exec(message)!;
		return { base, quote, date: day === 'first' ? (first ?? last) : last, rate: '2' };
	});
	await runRates({ operation: 'import', rateSource: 'manual' }, rates as IDataObject[]);
}

describe('the remedy that a record without a rate names', () => {
	it.each([
		['published by both banks', 'NZD', [], 'European Central Bank', 'ecb'],
		['published by the Reserve Bank alone', 'VND', [], 'Reserve Bank of Australia', 'rba'],
		['replaced by the euro', 'HRK', [], 'European Central Bank', 'ecb'],
		['that the euro replaced between the months', 'BGN', [], 'European Central Bank', 'ecb'],
		['that is a basket', 'XDR', [], 'Reserve Bank of Australia', 'rba'],
		[
			'that the other bank stopped publishing',
			'ZAR',
			[`('AUD', 'ZAR', '2024-10-01', 11.7, 'rba')`, `('AUD', 'USD', current_date - 1, 0.65, 'rba')`],
			'European Central Bank',
			'ecb',
		],
		[
			'whose stored rates are too old',
			'USD',
			[`('EUR', 'USD', current_date - 450, 1.1, 'ecb')`, `('EUR', 'AUD', current_date - 450, 1.7, 'ecb')`],
			'European Central Bank',
			'ecb',
		],
	])('a currency %s (%s): load', async (_why, currency, stored, bank, source) => {
		for (const message of await rejectAllIn(currency, stored))
			expect(message).toContain(`Load the rates of the ${bank}`);
		await runRates({ source }, [{ baseUrl: `${stage.sandbox.url}/${source}` }]);
		await replay();
		for (const row of await expectLoaded(currency)) expect(row.source).toBe(source);
	});

	const stoppedAtEcb = [
		`('EUR', 'RUB', '2022-03-01', 117.2, 'ecb')`,
		`('EUR', 'AUD', current_date - 1, 1.7, 'ecb')`,
	];

	it.each([
		['that no bank publishes', 'KWD', [], 'No bank that can be loaded publishes it', 'first'],
		['that is a metal', 'XAU', [], 'No bank that can be loaded publishes it', 'last'],
		['that another replaced', 'ROL', [], 'No bank that can be loaded publishes it', 'first'],
		['that its bank stopped publishing, of which nothing is stored', 'RUB', [], 'after 2022-03-01', 'last'],
		['of a company’s own', 'BTC', [], 'No bank that can be loaded publishes it', 'last'],
		[
			'that its bank stopped publishing',
			'RUB',
			stoppedAtEcb,
			'stopped publishing RUB after 2022-03-01',
			'first',
		],
		['that a bank gives, by a rate of one’s own', 'CAD', [], 'Load the rates of', 'last'],
	] as const)('a currency %s (%s): import', async (_why, currency, stored, why, day) => {
		const said = await rejectAllIn(currency, [...stored]);
		for (const message of said) expect(message).toContain(why);
		await importNamed(said, day);
		await replay();
		for (const row of await expectLoaded(currency))
			expect(row).toMatchObject({ source: 'manual', rate: '2' });
	});

	it('a replaced currency: import a rate of the euro', async () => {
		const said = await rejectAllIn('DEM');
		expect(said[0]).toContain('from EUR to AUD');
		await importNamed(said, 'first');
		await replay();
		for (const { rate } of await expectLoaded('DEM')) expect(Number(rate)).toBeCloseTo(2 / 1.95583, 12);
	});
});

it('an item of one’s own, which no connection can replay: it is transformed again, as its message says', async () => {
	await stage.database.admin.query('delete from etl.exchange_rates');
	await stage.database.admin.query('update etl.rejected_records set resolved_at = now()');
	const workflow = uploadWorkflow(kiwi.id, {
		...{ provider: 'xero', stream: 'monthlyFinancials', accountId: 'organisation-1' },
		...{ accountTimezone: 'Australia/Sydney', accountCurrency: 'NZD' },
	});
	const transform = async (): Promise<void> => {
		const { credentials } = stage.scenario;
		const run = await runWorkflow(workflow, { credentials, input: [june() as unknown as IDataObject] });
		expect(run.error).toBeUndefined();
	};
	await transform();
	const said = await openMessages();
	expect(said).toHaveLength(1);
	expect(said[0]).toContain('put an item of your own through Transform & Normalize again');
	await importNamed(said, 'last');
	await transform();
	expect(await openMessages()).toEqual([]);
	const { rows } = await stage.database.admin.query(
		`select metadata -> 'fx' ->> 'rate' as rate from financials where external_id like '%organisation-1%'`,
	);
	expect(rows).toEqual([{ rate: '2' }]);
});
