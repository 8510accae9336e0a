import { describe, expect, it } from '@jest/globals';

import type { PublishedSpan } from '../../../db/rates/read';
import { Conversion } from '../../../nodes/shared/conversion';
import { checkedRate } from '../../../nodes/Database/exchange-rate/published';
import { findExchange } from '../../../nodes/shared/foreign-exchange';
import { parseMissingRate } from '../../../nodes/shared/missing-rate';
import { RATE_BANKS } from '../../../nodes/shared/rate-banks';
import { catchRejection, toReason, Rejection } from '../../../nodes/shared/rejection';

const JUNE = { from: 'NZD', to: 'AUD', firstDay: '2026-06-01', lastDay: '2026-06-30', maxAgeDays: 7 };
const TODAY = '2026-11-23';

const ended = (currency: string, source: string, lastDay: string): PublishedSpan => ({
	...{ currency, source, lastDay },
	hasEnded: true,
});

function reject(period: object = {}, spans: PublishedSpan[] = []): Rejection {
	const conversion = new Conversion([], spans);
	const outcome = catchRejection(() =>
		findExchange({ ...JUNE, today: TODAY, ...period }, conversion, 'currency'),
	);
	if (outcome instanceof Rejection) return outcome;
	throw new Error('It was converted.');
}

const on = (day: string) => ({ firstDay: day, lastDay: day });

const ECB =
	/Load the rates of the European Central Bank.*leave Currencies and From empty.*or, where it has none/;
const RBA = /Load the rates of the Reserve Bank of Australia .*with this bank as Source/;

describe('the rejection of a record that lacks a rate', () => {
	it.each([JUNE, { ...JUNE, from: 'KWD', ...on('2024-02-29'), maxAgeDays: 0 }])(
		'states the rate beside its message, for programs: %j',
		(period) => {
			const reason = toReason(reject(period));
			expect(reason).toMatchObject({ code: 'rate_missing', path: 'currency', detail: period });
			expect(parseMissingRate(JSON.parse(JSON.stringify(reason.detail)))).toEqual(period);
		},
	);

	it.each([
		undefined,
		null,
		'There is no exchange rate from NZD to AUD',
		{},
		{ ...JUNE, from: 'nzd' },
		{ ...JUNE, from: 'NZD+USD' },
		{ ...JUNE, lastDay: '2026-02-31' },
		{ ...JUNE, maxAgeDays: -1 },
		{ ...JUNE, maxAgeDays: 1e9 },
		{ ...JUNE, maxAgeDays: '7' },
	])('states none where its detail is no rate: %j', (detail) => {
		expect(parseMissingRate(detail)).toBeUndefined();
	});
});

describe('the remedy that a rejection names', () => {
	it.each([
		['both banks publish it', {}, [], ECB],
		['only the Reserve Bank publishes it', { from: 'VND' }, [], RBA],
		['the euro replaced it', { from: 'HRK' }, [], ECB],
		['the Reserve Bank stopped publishing it', { from: 'ZAR' }, [ended('ZAR', 'rba', '2024-10-01')], ECB],
	])('is a bank where %s', (_why, period, spans, expected) => {
		expect(reject(period, spans).message).toMatch(expected);
	});

	it.each([
		['no bank publishes it', { from: 'KWD' }, [], /No bank that can be loaded publishes it/],
		['it is a currency of a company’s own', { from: 'BTC' }, [], /No bank/],
		['the day is before the first rate of any bank', { from: 'USD', ...on('1998-12-31') }, [], /No bank/],
		['it was not replaced yet', { from: 'DEM', ...on('1998-12-31') }, [], /No bank/],
		['the only bank has none so old', { from: 'TWD', ...on('2022-12-30') }, [], /No bank/],
		[
			'the bank stopped publishing it',
			{ from: 'RUB' },
			[ended('RUB', 'ecb', '2022-03-01')],
			/The source ecb stopped publishing RUB after 2022-03-01/,
		],
	])('is only an import where %s', (_why, period, spans, why) => {
		const { message } = reject(period, spans);
		expect(message).toMatch(why);
		expect(message).not.toContain('Load');
		expect(message).toMatch(/Import a rate of your own from [A-Z]{3} to AUD of .*replay the record/);
	});

	it('names the days that count, the currencies that are published, and no day to come', () => {
		expect(reject().message).toContain('from NZD to AUD of a day from 2026-06-23 to 2026-06-30');
		expect(reject({ from: 'HRK' }).message).toContain('from EUR to AUD of a day from');
		expect(reject({ to: 'BGN' }).message).toContain('from NZD to EUR of a day from');
		expect(reject(on('2027-03-01')).message).toContain('of a day from 2026-11-16 to 2026-11-23');
		expect(reject({ ...on('2026-06-30'), maxAgeDays: 0 }).message).toContain('to AUD of 2026-06-30 (');
	});

	it('does not take a source that was not loaded lately for one that stopped', () => {
		const late = { ...ended('NZD', 'ecb', '2026-05-01'), hasEnded: false };
		expect(reject({}, [late]).message).toMatch(ECB);
	});
});

/** Any code of ISO 4217, ended, metals and baskets included, and codes of a company's own. */
const EVERY_CURRENCY = [...Intl.supportedValuesOf('currency'), 'BTC', 'QQQ'].filter((one) => one !== 'AUD');
const DAYS = [
	'1998-12-31',
	'2004-06-30',
	'2010-12-31',
	'2022-06-30',
	'2025-12-31',
	'2026-01-01',
	'2026-11-20',
];

const IMPORT =
	/mport a rate of your own from ([A-Z]{3}) to ([A-Z]{3}) of (?:a day from ([\d-]+) to )?([\d-]+) \(/;

describe('the remedy of every currency', () => {
	it.each(DAYS)('the remedy for %s converts the record once it is carried out', (day) => {
		for (const from of EVERY_CURRENCY) {
			const period = { ...JUNE, ...on(day), from, today: TODAY };
			const { message } = reject(period);
			const [, base, quote, first, last] = IMPORT.exec(message)!;
			for (const date of [first ?? last!, last!]) {
				const own = { base: base!, quote: quote!, date, rate: '2', source: 'own' };
				expect(checkedRate(own, TODAY)).toEqual(own);
				expect(new Conversion([own]).findRate(period)).toBeDefined();
			}
			const bank = RATE_BANKS.find(({ name }) => message.includes(`Load the rates of the ${name}`));
			if (!bank) continue;
			const published = [base!, quote!]
				.filter((one) => one !== bank.base)
				.map((one) => ({ base: bank.base, quote: one, date: last!, rate: '2', source: bank.key }));
			expect(new Conversion(published).findRate(period)).toBeDefined();
		}
	});

	it.each([
		['HRK', '2022-06-30', ECB],
		['BGN', '2025-12-31', ECB],
		['RUB', '2022-03-01', ECB],
		['LTL', '2014-06-30', ECB],
	])('is a bank for %s on %s, when it still published it', (from, day, expected) => {
		expect(reject({ from, ...on(day) }).message).toMatch(expected);
	});

	it('says when the bank stopped publishing it, whether or not anything is stored', () => {
		const { message } = reject({ from: 'RUB' });
		expect(message).toContain('The source ecb stopped publishing RUB after 2022-03-01. Import a rate');
		expect(message.match(/stopped publishing/g)).toHaveLength(1);
	});
});
