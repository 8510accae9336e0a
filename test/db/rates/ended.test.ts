import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { parseLoadChoice } from '../../../nodes/Database/exchange-rate/load-choice';
import { loadFromBank } from '../../../nodes/Database/exchange-rate/load-from-bank';
import type { HttpClient } from '../../../nodes/engine/contract/http';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { loadTarget } from '../../support/database/loading';
import { manualClock } from '../../support/engine/manual-clock';
import { saveAccounts } from '../../support/database/saved-accounts';

const DAY = 86_400_000;
const TITLES = 'KEY,CURRENCY,CURRENCY_DENOM,TIME_PERIOD,OBS_VALUE';

let database: TestDatabase;
let calls: string[][];

beforeAll(async () => {
	database = await testDatabase();
	const { tenantId, integrationId } = await loadTarget(database);
	const account = (id: string, currency: string) => ({ id, name: id, timezone: 'Etc/UTC', currency });
	await saveAccounts(database.pool, { tenantId, integrationId }, [
		account('org-1', 'NZD'),
		account('org-2', 'RUB'),
		account('org-3', 'BGN'),
	]);
});
afterAll(() => database.close());
beforeEach(() => {
	calls = [];
});

/** The bank, for which RUB is a series that exists and has ended; `empty` is how it answers where there is nothing. */
function bankAt(today: string, empty: () => { status: number; body: string }): HttpClient {
	return async ({ url }) => {
		const currencies = /D\.([A-Z+]*)\./.exec(url)![1]!.split('+');
		calls.push(currencies);
		const from = Date.parse(/startPeriod=([\d-]+)/.exec(url)![1]!);
		const days: string[] = [];
		for (let at = from; at <= Date.parse(today); at += DAY)
			days.push(new Date(at).toISOString().slice(0, 10));
		const rows = currencies
			.filter((currency) => currency !== 'RUB')
			.flatMap((currency) => days.map((day) => `EXR.D.${currency}.EUR.SP00.A,${currency},EUR,${day},1.7`));
		const answer = rows.length > 0 ? { status: 200, body: [TITLES, ...rows, ''].join('\r\n') } : empty();
		return await Promise.resolve({ headers: {}, ...answer });
	};
}

/** The bank, with another answer to what asks for a currency as well; to everything where none is named. */
function oddFor(currency: string, today: string, odd: { status: number; body: string }): HttpClient {
	const bank = bankAt(today, () => ({ status: 200, body: '' }));
	return async (request) => {
		const reply = await bank(request);
		return currency === '' || calls.at(-1)!.includes(currency) ? { headers: {}, ...odd } : reply;
	};
}

async function load(today: string, http: HttpClient) {
	const clock = manualClock(`${today}T20:00:00Z`);
	const items = await loadFromBank(database.pool, { http, clock }, parseLoadChoice('ecb', {}));
	return items as Array<Record<string, unknown>>;
}

async function newest(quote: string): Promise<string | undefined> {
	const { rows } = await database.admin.query<{ day: string }>(
		'select max(rate_date)::text as day from etl.exchange_rates where quote = $1',
		[quote],
	);
	return rows[0]?.day;
}

describe('a currency that the bank gives no longer', () => {
	const nothing = [
		['an empty 200', () => ({ status: 200, body: '' })],
		['the titles alone', () => ({ status: 200, body: `${TITLES}\r\n` })],
		['a 404', () => ({ status: 404, body: 'No results found.' })],
	] as const;

	it.each(nothing)('costs no other anything, and is named: %s', async (name, empty) => {
		const month = ['2026-09', '2026-10', '2026-11'][nothing.findIndex(([one]) => one === name)];
		for (const today of ['23', '24', '25'].map((day) => `${month}-${day}`)) {
			const items = await load(today, bankAt(today, empty));
			expect(await newest('NZD')).toBe(today);
			expect(items.filter(({ type }) => type === 'NO_RATES')).toMatchObject([{ currency: 'RUB' }]);
			expect(items.at(-1)).toMatchObject({ type: 'SUMMARY', withoutRates: ['RUB'] });
		}
	});

	it('is not asked for where the euro replaced it', async () => {
		// The year of history that is wanted reaches back before Bulgaria joined.
		await load('2026-11-25', bankAt('2026-11-25', nothing[0][1]));
		expect(calls.flat()).toContain('BGN');
		calls = [];
		await load('2027-02-10', bankAt('2027-02-10', nothing[0][1]));
		expect(calls.flat()).not.toContain('BGN');
	});
});

describe('an answer that is no list of rates', () => {
	const ODD = [
		['a web page', { status: 200, body: '<html>Access denied</html>' }],
		['a web page with quotes', { status: 200, body: '<html lang="en"><a href="/">Access denied</a></html>' }],
		['a JSON error', { status: 200, body: '{"error": {"code": "x", "message": "y"}}' }],
		['a refusal', { status: 400, body: 'Syntax error.' }],
		['trouble of the server', { status: 500, body: '' }],
		['a CSV of something else', { status: 200, body: 'DATE,VALUE\r\n2027-02-11,1' }],
	] as const;

	it.each(ODD)(
		'costs no other currency anything, and names the bank, the currency and what to do: %s',
		async (name, odd) => {
			const today = `2027-03-${10 + ODD.findIndex(([one]) => one === name)}`;
			const error = await load(today, oddFor('RUB', today, odd)).then(
				() => undefined,
				(thrown: Error) => thrown,
			);
			expect(error?.message).toMatch(/The European Central Bank.*Base URL.*This affects RUB.*are stored/s);
			expect(await newest('NZD')).toBe(today);
			expect(await newest('AUD')).toBe(today);
		},
	);

	it.each(ODD)(
		'is not asked of each currency when it is of all of them, and changes nothing: %s',
		async (_name, odd) => {
			const before = await newest('NZD');
			const loading = load('2027-03-20', oddFor('', '2027-03-20', odd));
			await expect(loading).rejects.toThrow(
				/The European Central Bank.*This affects .*AUD.*Nothing was changed/s,
			);
			const alone = calls.filter((currencies) => currencies.length === 1);
			expect(alone.flat().filter((one) => one !== 'RUB').length).toBeLessThanOrEqual(2 * 4);
			expect(await newest('NZD')).toBe(before);
		},
	);
});

describe('a bank that says 404 to several as soon as it lacks one of them', () => {
	it('is asked for each', async () => {
		const items = await load(
			'2027-03-21',
			oddFor('RUB', '2027-03-21', { status: 404, body: 'No results found.' }),
		);
		expect(await newest('NZD')).toBe('2027-03-21');
		expect(items.at(-1)).toMatchObject({ withoutRates: ['RUB'] });
	});
});

describe('rates that were there before', () => {
	it('are a warning where the bank has none of those very days now', async () => {
		const items = await load('2027-03-22', async () =>
			Promise.resolve({ status: 404, headers: {}, body: 'No results found.' }),
		);
		const warned = items.filter(({ warning }) => warning !== undefined).map(({ currency }) => currency);
		expect(warned).toEqual(expect.arrayContaining(['AUD', 'NZD']));
		expect(warned).not.toContain('RUB');
		expect(await newest('NZD')).toBe('2027-03-21');
	});
});
