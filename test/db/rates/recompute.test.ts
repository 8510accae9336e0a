import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { readRates } from '../../../db/rates/read';
import { markApplied, saveRates } from '../../../db/rates/save';
import { recompute } from '../../../nodes/Database/exchange-rate/recompute';
import { dealRatesNeeded, leadEventRows, type DealHistory } from '../../../nodes/providers/lead-events';
import type { Account } from '../../../nodes/shared/account';
import { Conversion } from '../../../nodes/shared/conversion';
import { rowVersions } from '../../support/database/stored';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { countOutcomes, loadTarget, month, type LoadTarget } from '../../support/database/loading';
import { SETTINGS } from '../../unit/providers/xero/months';

const TODAY = '2026-11-23';
const SOURCE = 'made-up';

const audTo = (quote: string, date: string, rate: string) => ({
	base: 'AUD',
	quote,
	date,
	rate,
	source: SOURCE,
});

const fx = (currency: string, firstDay: string, lastDay: string, rate: string, original: object) => ({
	currency,
	reportingCurrency: 'AUD',
	firstDay,
	lastDay,
	maxAgeDays: 7,
	rate,
	rateDate: lastDay,
	rateDays: 1,
	method: 'mean',
	quotation: 'inverse',
	source: SOURCE,
	...original,
});

/** A month in New Zealand dollars, at 1.25 for one Australian dollar: 0.8. */
function kiwiMonth(of: string, lastDay: string, account: string) {
	const original = { revenue: '1000.01', expenses: '400.00', netProfit: '600.01', cashFlow: '-10.00' };
	return month(lastDay, '800.01', {
		account,
		row: { expenses: '320.00', netProfit: '480.01', cashFlow: '-8.00' },
		metadata: { basis: 'accrual', fx: fx('NZD', `${of}-01`, lastDay, '0.8', original) },
	});
}

function deal(externalId: string, value: string | null, metadata: object) {
	return {
		provider: 'hubspot',
		stream: 'deals',
		accountId: 'portal',
		recordId: externalId,
		table: 'lead_events',
		client: { externalId: 'portal', clientName: 'Portal', industry: null },
		row: {
			eventDate: '2026-09-15T01:00:00Z',
			leadId: externalId,
			stage: 'Won',
			value,
			status: 'won',
			sourceSystem: 'hubspot',
			externalId,
			metadata,
		},
	};
}

let database: TestDatabase;
let harbour: LoadTarget;
let southern: LoadTarget;

beforeAll(async () => {
	database = await testDatabase();
	harbour = await loadTarget(database, 'Harbour Group');
	southern = await loadTarget(database, 'Southern Group');
	await saveRates(database.pool, [
		audTo('NZD', '2026-07-31', '1.25'),
		audTo('NZD', '2026-08-31', '1.25'),
		audTo('NZD', '2026-09-30', '1.25'),
		audTo('USD', '2026-09-15', '0.5'),
	]);
	for (const [target, account] of [
		[harbour, 'kiwi-1'],
		[southern, 'kiwi-2'],
	] as const) {
		await target.load([
			kiwiMonth('2026-07', '2026-07-31', account),
			kiwiMonth('2026-08', '2026-08-31', account),
			kiwiMonth('2026-09', '2026-09-30', account),
			month('2026-08-31', '77.00', { account: `aud-${account}` }),
		]);
	}
	await southern.loadAs('hubspot', [
		deal('usd', '200.00', { fx: fx('USD', '2026-09-15', '2026-09-15', '2', { value: '100.00' }) }),
		deal('own', '150.00', {
			fx: { ...fx('USD', '2026-09-15', '2026-09-15', '1.5', { value: '100.00' }), method: 'document' },
		}),
		deal('aud', '100.00', {}),
		deal('garbage', '1.00', { fx: 'twice' }),
	]);
});
afterAll(async () => {
	await database.close();
});

async function changedBy(work: () => Promise<unknown>): Promise<string[]> {
	const before = await rowVersions(database.admin);
	await work();
	const after = await rowVersions(database.admin);
	return [...after].filter(([row, version]) => before.get(row) !== version).map(([row]) => row);
}

async function monthsOf(target: LoadTarget): Promise<string[]> {
	const { rows } = await database.admin.query<{ line: string }>(
		`select concat_ws(' ', k.client_id, f.record_date, f.revenue, f.expenses, f.net_profit, f.cash_flow, f.metadata -> 'fx' ->> 'rate') as line
		from financials f join client_kpis k on k.id = f.client_kpi_id where k.tenant_id = $1 order by 1`,
		[target.tenantId],
	);
	return rows.map(({ line }) => line);
}

describe('the deals of a CRM', () => {
	const kiwi: Account = { id: 'portal', name: 'Portal', timezone: 'Pacific/Auckland', currency: 'NZD' };
	const raw = {
		recordId: '7',
		stream: 'deals',
		account: kiwi,
		syncRunId: null,
		fetchedAt: '2026-10-14T20:00:00.000Z',
		record: {},
	};
	const sold: DealHistory = {
		sourceSystem: 'hubspot',
		leadId: '7',
		entries: [
			entry('7:1', '2026-10-01T00:00:00.000Z', 'Open'),
			entry('7:2', '2026-10-13T00:00:00.000Z', 'Won'),
		],
		status: 'won',
		amount: { value: '1000.10', currency: 'NZD' },
		valueDay: '2026-10-13',
		lastActivityAt: '2026-10-13T00:00:00.000Z',
		version: '2026-10-13T00:00:00.000Z',
		client: { externalId: 'portal', clientName: 'Portal', industry: null },
		metadata: { pipeline: 'Sales' },
	};

	function entry(externalId: string, enteredAt: string, stage: string) {
		return { externalId, enteredAt, changeId: externalId, stageId: stage, stage, metadata: {} };
	}

	/** As a sync of that moment loads it, with the rates that there are. */
	async function sync(target: LoadTarget) {
		const needs = dealRatesNeeded(sold, raw, SETTINGS);
		const conversion = new Conversion(await readRates(database.pool, needs));
		await target.nextRun();
		const origin = { provider: 'hubspot', stream: 'deals', accountId: 'portal', recordId: '7' };
		return countOutcomes(
			await target.loadAs(
				'hubspot',
				leadEventRows(sold, raw, SETTINGS, conversion).map(({ version, row, ...rest }) => ({
					...origin,
					...rest,
					row: { ...row, metadata: { ...row.metadata, _src: { version, ...origin } } },
				})),
			),
		);
	}

	it('get the rate of their day when it comes after the sync, as the next sync would give it', async () => {
		const target = await loadTarget(database, 'Deals Group');
		await saveRates(database.pool, [audTo('NZD', '2026-10-12', '1.25')]);
		expect(await sync(target)).toEqual({ inserted: 2 });
		await saveRates(database.pool, [audTo('NZD', '2026-10-13', '1.6')]);
		const { rows } = await recompute(database.pool, TODAY);
		expect(rows).toMatchObject([
			{
				tenantName: 'Deals Group',
				table: 'lead_events',
				day: '2026-10-13',
				externalId: '7:2',
				before: { value: '800.08', rate: '0.8' },
				after: { value: '625.06', rate: '0.625' },
			},
		]);
		expect(await sync(target)).toEqual({ unchanged: 2 });
	});
});

describe('a corrected rate', () => {
	it('leaves every row alone while no rate differs from what it was converted with', async () => {
		expect(await changedBy(() => recompute(database.pool, TODAY))).toEqual([]);
	});

	it('recomputes the rows of its month in every tenant, only those, and says which', async () => {
		const [pair] = await saveRates(database.pool, [audTo('NZD', '2026-08-31', '1.1')]);
		expect(pair).toMatchObject({
			received: 1,
			added: 0,
			corrected: 1,
			unchanged: 0,
			corrections: [{ date: '2026-08-31', from: '1.25', to: '1.1' }],
		});
		let outcome = await recompute(database.pool, '2000-01-01');
		expect(outcome).toEqual({ recomputed: 0, rows: [], failures: [] });
		const changed = await changedBy(async () => {
			outcome = await recompute(database.pool, TODAY);
		});
		expect(changed).toHaveLength(2);
		// 1000.01 / 1.1, 400 / 1.1 and -10 / 1.1, worked out apart from this code.
		const after = { revenue: '909.10', expenses: '363.64', netProfit: '545.46', cashFlow: '-9.09' };
		expect(outcome.rows).toMatchObject(
			['Harbour Group', 'Southern Group'].map((tenantName) => ({
				tenantName,
				table: 'financials',
				day: '2026-08-31',
				before: { revenue: '800.01', expenses: '320.00', rate: '0.8' },
				after,
			})),
		);
		expect(await monthsOf(harbour)).toEqual([
			'xero:aud-kiwi-1 2026-08-31 77.00 0.00 77.00 0.00',
			'xero:kiwi-1 2026-07-31 800.01 320.00 480.01 -8.00 0.8',
			'xero:kiwi-1 2026-08-31 909.10 363.64 545.46 -9.09 0.90909090909090909091',
			'xero:kiwi-1 2026-09-30 800.01 320.00 480.01 -8.00 0.8',
		]);
	});

	it('changes nothing the second time, not even a version of a row', async () => {
		const changed = await changedBy(async () => {
			expect(await saveRates(database.pool, [audTo('NZD', '2026-08-31', '1.10')])).toMatchObject([
				{ corrected: 0, unchanged: 1 },
			]);
			expect((await recompute(database.pool, TODAY)).rows).toEqual([]);
		});
		expect(changed).toEqual([]);
	});

	it('recomputes the value of a deal, but not where the document stated the rate itself', async () => {
		await saveRates(database.pool, [audTo('USD', '2026-09-15', '0.75')]);
		const { rows } = await recompute(database.pool, TODAY);
		expect(rows).toMatchObject([
			{ table: 'lead_events', externalId: 'usd', before: { value: '200.00' }, after: { value: '133.33' } },
		]);
		const { rows: stored } = await database.admin.query(
			"select external_id as id, value::text from lead_events where lead_id <> '7' order by 1",
		);
		expect(stored).toEqual([
			{ id: 'aud', value: '100.00' },
			{ id: 'garbage', value: '1.00' },
			{ id: 'own', value: '150.00' },
			{ id: 'usd', value: '133.33' },
		]);
	});

	it('reaches the other tenants where one cannot be looked at, and that one the next time', async () => {
		await database.admin.query(
			`create function etl.in_the_way() returns trigger language plpgsql as $$ begin raise exception 'locked away'; end $$;
			create trigger in_the_way before update on financials for each row when (old.client_kpi_id = '${await clientOf(harbour)}')
				execute function etl.in_the_way()`,
		);
		await saveRates(database.pool, [audTo('NZD', '2026-07-31', '1')]);
		const first = await recompute(database.pool, TODAY);
		expect(first.failures).toMatchObject([{ tenantName: 'Harbour Group', message: 'locked away' }]);
		expect(first.rows).toMatchObject([{ tenantName: 'Southern Group', after: { revenue: '1000.01' } }]);
		await database.admin.query('drop trigger in_the_way on financials; drop function etl.in_the_way()');
		expect((await recompute(database.pool, TODAY)).rows).toMatchObject([{ tenantName: 'Harbour Group' }]);
	});

	it('is applied in full by the next run where one was killed half way', async () => {
		await saveRates(database.pool, [audTo('NZD', '2026-09-30', '2')]);
		const controller = new AbortController();
		const killed = new Proxy(database.pool, {
			get: (pool, key) => {
				if (key !== 'connect') return Reflect.get(pool, key) as unknown;
				return async () => {
					const client = await pool.connect();
					const { rows } = await database.admin.query<{ done: boolean }>(
						`select exists (select from financials where revenue = 500.01) as done`,
					);
					if (rows[0]?.done) controller.abort(new Error('killed'));
					return client;
				};
			},
		});
		await expect(recompute(killed, TODAY, controller.signal)).rejects.toThrow('killed');
		expect((await recompute(database.pool, TODAY)).rows).toHaveLength(1);
		for (const target of [harbour, southern]) {
			expect((await monthsOf(target)).join('\n')).toContain('2026-09-30 500.01 200.00 300.01 -5.00 0.5');
		}
	});

	it('is looked at again while a sync that had read the old one may still store its rows', async () => {
		// As a sync does that read the rates before they changed and stores afterwards.
		await harbour.nextRun();
		await harbour.load([kiwiMonth('2026-09', '2026-09-30', 'kiwi-1')]);
		expect((await recompute(database.pool, TODAY)).rows).toMatchObject([
			{ tenantName: 'Harbour Group', day: '2026-09-30', after: { revenue: '500.01' } },
		]);
	});

	it('is done with after an hour', async () => {
		const open = async () =>
			(await database.admin.query('select from etl.exchange_rates where not applied')).rowCount;
		await database.admin.query(`update etl.exchange_rates set changed_at = now() - interval '59 minutes'`);
		await recompute(database.pool, TODAY);
		expect(await open()).toBe(6);
		await database.admin.query(`update etl.exchange_rates set changed_at = now() - interval '61 minutes'`);
		await recompute(database.pool, TODAY);
		expect(await open()).toBe(0);
		await saveRates(database.pool, [audTo('NZD', '2026-09-30', '1.25')]);
		expect(await open()).toBe(1);
		await markApplied(database.pool, { spans: [], asOf: new Date().toISOString() });
		expect(await open()).toBe(1);
	});
});

async function clientOf({ tenantId }: LoadTarget): Promise<string> {
	const { rows } = await database.admin.query<{ id: string }>(
		`select id from client_kpis where tenant_id = $1 and client_id like 'xero:kiwi%'`,
		[tenantId],
	);
	return rows[0]!.id;
}
