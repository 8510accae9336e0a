import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { importRates } from '../../../nodes/Database/exchange-rate/import';
import { parseLoadChoice, type RawLoadOptions } from '../../../nodes/Database/exchange-rate/load-choice';
import { loadFromBank } from '../../../nodes/Database/exchange-rate/load-from-bank';
import { report } from '../../../nodes/Database/exchange-rate/report';
import { startSandbox, type Sandbox } from '../../sandbox';
import { saveAccounts } from '../../support/database/saved-accounts';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { httpClient } from '../../support/http/client';
import { loadTarget, rejected, type LoadTarget } from '../../support/database/loading';
import { manualClock } from '../../support/engine/manual-clock';
import { nodeContext } from '../../support/n8n/node-context';

const NOW = '2026-11-23T20:00:00Z';
const TODAY = '2026-11-23';
/** The first of November a year before, and a week. */
const HISTORY = '2025-10-25';

let database: TestDatabase;
let sandbox: Sandbox;
let target: LoadTarget;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ seed: 'rates', now: () => new Date(NOW) });
	target = await loadTarget(database);
	const owner = { tenantId: target.tenantId, integrationId: target.integrationId, provider: 'xero' };
	await saveAccounts(database.pool, owner, [
		{ id: 'org-1', name: 'Kiwi', timezone: 'Pacific/Auckland', currency: 'NZD' },
		{ id: 'org-2', name: 'Harbour', timezone: 'Australia/Sydney', currency: 'AUD' },
		{ id: 'org-3', name: 'Odd', timezone: 'UTC', currency: '???' },
	]);
});
afterEach(() => {
	sandbox.banks.requests.length = 0;
	sandbox.banks.clearFaults();
});
afterAll(async () => {
	await sandbox.close();
	await database.close();
});

type Item = Record<string, unknown>;

async function load(source: 'ecb' | 'rba', options: RawLoadOptions = {}) {
	const clock = manualClock(NOW);
	const choice = parseLoadChoice(source, { baseUrl: `${sandbox.url}/${source}`, ...options });
	const items = (await loadFromBank(database.pool, { http: httpClient, clock }, choice)) as Item[];
	const of = (type: string): Item[] => items.filter((item) => item.type === type);
	return { pairs: of('RATES'), rejected: of('REJECTED'), summary: of('SUMMARY')[0], waits: clock.waits };
}

async function stored(source: string, quote: string): Promise<Map<string, string>> {
	const { rows } = await database.admin.query<{ day: string; rate: string }>(
		`select rate_date::text as day, rate::text from etl.exchange_rates where source = $1 and quote = $2`,
		[source, quote],
	);
	return new Map(rows.map(({ day, rate }) => [day, rate]));
}

async function writes(): Promise<string> {
	const { rows } = await database.admin.query<{ all: string }>(
		`select string_agg(xmin::text || ctid::text, ',' order by 1) as all from etl.exchange_rates`,
	);
	return rows[0]!.all;
}

describe('loading from the European Central Bank', () => {
	it('brings the history of the currencies that accounts keep their books in', async () => {
		const { pairs, rejected, summary } = await load('ecb');
		const days = sandbox.banks.days('ecb', HISTORY, TODAY);
		expect(rejected).toEqual([]);
		expect(pairs).toMatchObject(
			['AUD', 'NZD'].map((quote) => ({
				source: 'ecb',
				base: 'EUR',
				quote,
				received: days.length,
				added: days.length,
				corrected: 0,
				unchanged: 0,
				oldestDay: days[0],
				newestDay: TODAY,
			})),
		);
		expect(summary).toMatchObject({ added: 2 * days.length, newestDay: TODAY, rejected: 0 });
		for (const quote of ['AUD', 'NZD']) {
			const rates = await stored('ecb', quote);
			expect([...rates.keys()].sort()).toEqual(days);
			for (const [day, rate] of rates)
				expect(Number(rate)).toBe(Number(sandbox.banks.rate('ecb', quote, day)));
		}
	});

	it('asks later only for the last week, and writes nothing that is there', async () => {
		const before = await writes();
		const { pairs, summary } = await load('ecb');
		expect(sandbox.banks.requests).toEqual([
			'/ecb/service/data/EXR/D.AUD+NZD.EUR.SP00.A?startPeriod=2026-11-16&format=csvdata',
		]);
		expect(pairs).toMatchObject([{ unchanged: 6, added: 0 }, { unchanged: 6 }]);
		expect(summary).toMatchObject({ added: 0, corrected: 0, unchanged: 12, recomputedRows: 0 });
		expect(await writes()).toBe(before);
	});

	it('sees a correction of the last week, and of earlier days from a day on', async () => {
		sandbox.banks.correct({ bank: 'ecb', currency: 'NZD', day: '2026-11-18', rate: '1.9999' });
		sandbox.banks.correct({ bank: 'ecb', currency: 'AUD', day: '2026-02-03', rate: '1.7777' });
		expect((await load('ecb')).summary).toMatchObject({ corrected: 1 });
		expect((await stored('ecb', 'NZD')).get('2026-11-18')).toBe('1.9999');
		const { summary, pairs } = await load('ecb', { from: '2026-02-01T00:00:00.000+11:00' });
		expect(summary).toMatchObject({ corrected: 1, added: 0 });
		expect(pairs[0]?.corrections).toMatchObject([{ date: '2026-02-03', to: '1.7777' }]);
	});

	it('refuses a rate that is none with its line, and stores the others', async () => {
		sandbox.banks.correct({ bank: 'ecb', currency: 'NZD', day: '2026-11-19', rate: '-1.9' });
		const { rejected, summary } = await load('ecb', { currencies: 'nzd' });
		expect(rejected).toMatchObject([{ source: 'ecb', reason: 'The rate -1.9 is not above zero.' }]);
		expect(summary).toMatchObject({ rejected: 1, unchanged: 11 });
		expect(Number((await stored('ecb', 'NZD')).get('2026-11-19'))).toBeGreaterThan(1);
	});

	it('takes "there is nothing of that" for what it is', async () => {
		const { pairs, summary } = await load('ecb', { currencies: 'KWD', reportingCurrency: 'EUR' });
		expect(pairs).toEqual([]);
		expect(summary).toMatchObject({ added: 0, newestDay: null });
	});

	it('brings all there are where that is wanted', async () => {
		const { pairs } = await load('ecb', { currencies: 'all', from: '2026-11-20' });
		expect(pairs.length).toBeGreaterThan(20);
	});

	it('tries again after what passes by itself', async () => {
		sandbox.banks.fail({ bank: 'ecb', status: 503, count: 2 });
		sandbox.banks.fail({ bank: 'ecb', status: 429, headers: { 'retry-after': '7' } });
		const { waits } = await load('ecb', { currencies: 'NZD' });
		expect(waits).toEqual([1_000, 2_000, 7_000]);
	});

	it.each([
		[{ status: 500, count: 99 }, /did not return its rates in 4 attempts: status 500/],
		[
			{ status: 301, count: 9, headers: { location: 'https://elsewhere.example/' } },
			/points to https:\/\/elsewhere/,
		],
		[{ status: 200, count: 9, body: '<html>' }, /no column CURRENCY/],
	])('says what happened, and changes nothing: %j', async (fault, message) => {
		const before = await writes();
		sandbox.banks.fail({ bank: 'ecb', ...fault });
		await expect(load('ecb')).rejects.toThrow(message);
		expect(await writes()).toBe(before);
	});
});

describe('loading from the Reserve Bank of Australia', () => {
	it('brings what was asked for of its one file, and nothing the second time', async () => {
		const first = await load('rba', { currencies: 'NZD, USD' });
		const days = sandbox.banks.days('rba', HISTORY, TODAY).length;
		expect(first.pairs).toMatchObject([
			{ base: 'AUD', quote: 'NZD', added: days },
			{ base: 'AUD', quote: 'USD', added: days },
		]);
		expect(first.rejected).toEqual([]);
		const before = await writes();
		expect((await load('rba', { currencies: 'NZD, USD' })).summary).toMatchObject({ added: 0, corrected: 0 });
		expect(await writes()).toBe(before);
	});

	it('names a currency that the bank stopped, whose column is empty, and keeps what it gave before', async () => {
		const { pairs } = await load('rba', { currencies: 'ZAR', from: '2024-09-02' });
		expect(pairs).toMatchObject([{ quote: 'ZAR', newestDay: '2024-10-01' }]);
		const later = await load('rba', { currencies: 'ZAR, TWD' });
		expect(later.pairs).toMatchObject([{ quote: 'TWD', newestDay: TODAY }]);
		expect(later.rejected).toEqual([]);
		expect(later.summary).toMatchObject({ withoutRates: ['ZAR'] });
		expect((await stored('rba', 'ZAR')).size).toBeGreaterThan(20);
	});

	it('says of a 403 what it means, and names the alternatives', async () => {
		sandbox.banks.fail({ bank: 'rba', status: 403, body: '<html>Access denied</html>' });
		await expect(load('rba')).rejects.toThrow(
			/status 403.*data centres.*European Central Bank.*proxy.*Import/s,
		);
	});
});

describe('records that were rejected for want of a rate', () => {
	it('decide how far back is loaded, and are counted as ready once there is one', async () => {
		const days = { firstDay: '2024-02-01', lastDay: '2024-02-29', maxAgeDays: 7 };
		const detail = { from: 'USD', to: 'AUD', ...days };
		const reason = { code: 'rate_missing', path: 'account.currency', message: 'None.', detail };
		const other = { ...reason, detail: { ...detail, from: 'KWD' } };
		const forged = { ...reason, detail: { ...detail, from: 'USD+CHF', firstDay: '1970-01-01' } };
		await target.load([], {
			rejected: [
				rejected('2024-02', { reason }),
				rejected('2024-02-b', { reason }),
				rejected('2024-02-c', { reason: other }),
				rejected('2024-02-d', { reason: forged }),
				rejected('2024-02-e', { reason: { ...reason, detail: undefined } }),
			],
		});
		const { summary } = await load('ecb');
		expect(sandbox.banks.requests.join()).toContain('startPeriod=2024-01-25');
		expect(summary).toMatchObject({ replayableRecords: 2, recordsStillWithoutRate: 1 });
		expect((await stored('ecb', 'USD')).has('2024-02-29')).toBe(true);
	});
});

describe('rows that cannot be converted anew', () => {
	it('make the load fail once the rates are stored, since nobody sees the items of a schedule', () => {
		const tenant = { tenantId: '1', tenantName: 'Harbour Group', message: 'locked away' };
		const outcome = { pairs: [], rejected: [], replayable: 0, stillMissing: 0 };
		const failing = () =>
			report('ecb', { ...outcome, recomputation: { recomputed: 0, rows: [], failures: [tenant, tenant] } });
		expect(failing).toThrow(/stored, but the rows of Harbour Group, and 1 more.*next run.*locked away/);
	});
});

describe('importing rates of one’s own', () => {
	const own = (rate: unknown, more: object = {}) => ({
		base: 'KWD',
		quote: 'AUD',
		date: TODAY,
		rate,
		...more,
	});
	const importing = async (items: object[], more: object = {}) =>
		(await importRates(nodeContext({ database: database.settings, items, ...more }))) as Array<{
			json: Item;
			pairedItem: { item: number };
		}>;

	it('stores them under the name of their source', async () => {
		const items = [own('5.012345678901234567'), own(4.9, { date: '2026-11-20', source: 'my bank' })];
		const shown = await importing(items);
		expect(
			shown.map(({ json, pairedItem }) => [json.type, json.source, json.added, pairedItem.item]),
		).toEqual([
			['RATES', 'manual', 1, 0],
			['RATES', 'my bank', 1, 1],
			['SUMMARY', 'manual', 2, 0],
		]);
		expect((await stored('manual', 'AUD')).get(TODAY)).toBe('5.012345678901234567');
		expect((await importing(items)).at(-1)?.json).toMatchObject({ added: 0, unchanged: 2 });
	});

	it('stores nothing at all where one item holds no rate, and names it', async () => {
		const before = await writes();
		await expect(importing([own('5'), own('0')])).rejects.toThrow(/Item 1 has no valid rate/);
		expect(await writes()).toBe(before);
	});

	it('goes on where the node is set to continue, and says of each rejected item why', async () => {
		const bad = [
			own(''),
			own('5', { base: 'kwd ', quote: 'KWD' }),
			own('5', { date: '30/06/2026' }),
			own('5', { date: '2027-01-01' }),
			own({ rate: 5 }),
			{ base: 'KWD' },
		];
		const shown = await importing([own('5.1'), ...bad], { continueOnFail: true });
		const rejected = shown.filter(({ json }) => json.type === 'REJECTED');
		expect(rejected.map(({ pairedItem }) => pairedItem.item)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(rejected.map(({ json }) => String(json.error))).toEqual([
			expect.stringContaining('amount is missing'),
			expect.stringContaining('to itself'),
			expect.stringContaining('not a date'),
			expect.stringContaining('in the future'),
			expect.stringContaining('amount is missing'),
			expect.stringContaining('not a currency code'),
		]);
		expect((await stored('manual', 'AUD')).get(TODAY)).toBe('5.1');
	});

	it('takes a hundred thousand in one go', async () => {
		const items = Array.from({ length: 100_000 }, (_, index) => ({
			base: 'THB',
			quote: 'AUD',
			date: new Date(Date.UTC(1700, 0, 1 + index)).toISOString().slice(0, 10),
			rate: `1.${index + 1}`,
		}));
		const shown = await importing(items);
		expect(shown[0]?.json).toMatchObject({ added: items.length });
	});
});
