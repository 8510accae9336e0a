import { describe, expect, it } from '@jest/globals';

import type { PublishedRate } from '../../../db/rates/read';
import { Conversion, getLookupDays } from '../../../nodes/shared/conversion';
import { june } from '../providers/xero/fixtures';
import { normalised, rawMonth } from '../providers/xero/months';

const ecb = (quote: string, date: string, rate: string): PublishedRate => ({
	base: 'EUR',
	quote,
	date,
	rate,
	source: 'ecb',
});
const rba = (quote: string, date: string, rate: string): PublishedRate => ({
	base: 'AUD',
	quote,
	date,
	rate,
	source: 'rba',
});

const JUNE = {
	from: 'NZD',
	to: 'AUD',
	firstDay: '2026-06-01',
	lastDay: '2026-06-30',
	today: '2026-11-23',
	maxAgeDays: 7,
};

const rateOf = (rates: PublishedRate[], period = {}) =>
	new Conversion(rates).findRate({ ...JUNE, ...period });

describe('a period’s rate', () => {
	it('is the mean of its published days', () => {
		const direct = (date: string, rate: string) => ({ base: 'NZD', quote: 'AUD', date, rate, source: 'own' });
		const rates = [direct('2026-06-29', '0.90'), direct('2026-06-30', '0.93'), direct('2026-05-31', '9')];
		const found = rateOf([...rates, direct('2026-07-01', '9')]);
		expect(found?.rate.toFixed()).toBe('0.915');
		expect(found).toMatchObject({
			date: '2026-06-30',
			days: 2,
			method: 'mean',
			quotation: 'direct',
			source: 'own',
		});
	});

	it('is the reciprocal where the other way is published, each day for itself', () => {
		const found = rateOf([rba('NZD', '2026-06-29', '1.25'), rba('NZD', '2026-06-30', '1.0')]);
		expect(found?.rate.toFixed()).toBe('0.9');
		expect(found).toMatchObject({ quotation: 'inverse', source: 'rba' });
		expect(rateOf([rba('NZD', '2026-06-30', '3')])?.rate.toFixed()).toBe('0.33333333333333333333');
	});

	it('goes over a common base of the same day and source', () => {
		const found = rateOf([
			ecb('NZD', '2026-06-30', '2'),
			ecb('AUD', '2026-06-30', '1.8'),
			ecb('AUD', '2026-06-29', '1.9'),
		]);
		expect(found?.rate.toFixed()).toBe('0.9');
		expect(found).toMatchObject({ quotation: 'cross', days: 1, date: '2026-06-30', source: 'ecb' });
		const otherSource = { ...ecb('NZD', '2026-06-30', '2'), source: 'own' };
		const joined = rateOf([otherSource, ecb('AUD', '2026-06-30', '1.8')]);
		expect(joined).toMatchObject({ quotation: 'joined', source: 'own+ecb' });
		expect(rateOf([ecb('NZD', '2026-06-29', '2'), ecb('AUD', '2026-06-30', '1.8')])).toBeUndefined();
	});

	it('is published by one source, the most direct one, whatever the order of the rows', () => {
		const rates = [
			ecb('NZD', '2026-06-29', '2'),
			ecb('AUD', '2026-06-29', '1.8'),
			ecb('NZD', '2026-06-30', '2'),
			ecb('AUD', '2026-06-30', '1.8'),
			rba('NZD', '2026-06-30', '1.1'),
			{ ...rba('NZD', '2026-06-30', '1.2'), source: 'zzz' },
		];
		for (const order of [rates, [...rates].reverse()]) {
			expect(rateOf(order)).toMatchObject({ source: 'rba', quotation: 'inverse', days: 1 });
		}
		const fuller = [...rates, { ...rba('NZD', '2026-06-29', '1.2'), source: 'zzz' }];
		expect(rateOf(fuller)).toMatchObject({ source: 'zzz', days: 2 });
	});

	it.each([
		['2026-06-23', '1.25', 'mean'],
		['2026-06-22', undefined, undefined],
	])('is a mean only up to its age: newest day %s, rate %s', (date, _rate, method) => {
		expect(rateOf([rba('NZD', date, '1.25')])?.method).toBe(method);
	});

	it('ends today while the period runs', () => {
		const rates = [rba('NZD', '2026-06-05', '1'), rba('NZD', '2026-06-06', '2')];
		expect(rateOf(rates, { today: '2026-06-05' })?.rate.toFixed()).toBe('1');
		expect(rateOf(rates, { today: '2026-06-13' })?.rate.toFixed()).toBe('0.75');
		expect(rateOf(rates, { today: '2026-06-14' })).toBeUndefined();
	});

	it('is the latest before it while none was published in it', () => {
		const rates = [rba('NZD', '2026-05-28', '4'), rba('NZD', '2026-05-29', '2')];
		expect(rateOf(rates, { today: '2026-06-01' })).toMatchObject({
			method: 'latest',
			date: '2026-05-29',
			days: 1,
		});
		expect(rateOf(rates, { today: '2026-06-01' })?.rate.toFixed()).toBe('0.5');
		expect(rateOf(rates, { today: '2026-06-05' })?.method).toBe('latest');
		expect(rateOf(rates, { today: '2026-06-06' })).toBeUndefined();
	});

	it.each(['0', '-1', 'NaN', 'Infinity'])('is never made of %s', (rate) => {
		expect(rateOf([rba('NZD', '2026-06-30', rate)])).toBeUndefined();
	});
});

describe('the days looked at', () => {
	const period = { firstDay: '2026-06-01', lastDay: '2026-06-30', today: '2026-11-23', maxAgeDays: 7 };

	it('are the period’s, and those before it that are recent enough', () => {
		expect(getLookupDays(period)).toEqual({ firstDay: '2026-06-01', lastDay: '2026-06-30' });
		expect(getLookupDays({ ...period, maxAgeDays: 60 }).firstDay).toBe('2026-05-01');
		expect(getLookupDays({ ...period, today: '2026-06-02' })).toEqual({
			firstDay: '2026-05-26',
			lastDay: '2026-06-02',
		});
	});

	it('exist in PostgreSQL', () => {
		const first = { ...period, firstDay: '0001-01-01', lastDay: '0001-01-31', today: '0001-01-02' };
		expect(getLookupDays(first)).toEqual({ firstDay: '0001-01-01', lastDay: '0001-01-02' });
	});
});

describe('a month in another currency', () => {
	const NZD = { currency: 'NZD' };
	const rates = [rba('NZD', '2026-06-30', '1.1')];

	it('is converted, rounded once, and says how', () => {
		const outcome = normalised(rawMonth(june(), NZD), {}, rates);
		expect(outcome).toMatchObject({
			rows: [
				{
					row: {
						currency: 'AUD',
						revenue: '10000.00',
						expenses: '4835.09',
						netProfit: '5164.91',
						cashFlow: '5409.36',
						metadata: {
							booksCurrency: 'NZD',
							fx: {
								currency: 'NZD',
								reportingCurrency: 'AUD',
								firstDay: '2026-06-01',
								lastDay: '2026-06-30',
								maxAgeDays: 7,
								revenue: '11000.00',
								expenses: '5318.60',
								netProfit: '5681.40',
								cashFlow: '5950.30',
								rate: '0.90909090909090909091',
								rateDate: '2026-06-30',
								rateDays: 1,
								method: 'mean',
								quotation: 'inverse',
								source: 'rba',
							},
						},
					},
				},
			],
		});
	});

	it('is rejected without a rate, and stored once there is one', () => {
		const outcome = normalised(rawMonth(june(), NZD));
		expect(outcome).toMatchObject({ rejection: { code: 'rate_missing', path: 'account.currency' } });
		expect(JSON.stringify(outcome)).toMatch(/from NZD to AUD.*2026-06-30/);
		expect(normalised(rawMonth(june(), NZD), { maxRateAgeDays: 30 }, rates)).toHaveProperty('rows');
	});

	it('is another row once the rate was corrected, and says which', () => {
		const corrected = normalised(rawMonth(june(), NZD), {}, [rba('NZD', '2026-06-30', '1.25')]);
		expect(corrected).toMatchObject({
			rows: [
				{
					row: {
						revenue: '8800.00',
						metadata: { fx: { rate: '0.8', source: 'rba', rateDate: '2026-06-30' } },
					},
				},
			],
		});
	});

	it('needs no rate while all its figures are zero', () => {
		const empty = { Reports: [{ Rows: [] }] };
		const outcome = normalised(rawMonth(june(empty, empty), NZD));
		expect(outcome).toMatchObject({
			rows: [{ row: { revenue: '0.00', cashFlow: '0.00', currency: 'AUD' } }],
		});
	});

	it('is unchanged if it is in the reporting currency', () => {
		const outcome = normalised(rawMonth(june(), NZD), { reportingCurrency: 'NZD' }, rates);
		expect(outcome).toMatchObject({ rows: [{ row: { revenue: '11000.00', currency: 'NZD' } }] });
		expect(JSON.stringify(outcome)).not.toContain('"fx"');
	});

	it.each([
		['JPY', '95.5', '115.18'],
		['KWD', '0.2', '55000.00'],
	])('has no digits of its own, such as %s', (currency, rate, revenue) => {
		const outcome = normalised(rawMonth(june(), { currency }), {}, [{ ...rates[0]!, quote: currency, rate }]);
		expect(outcome).toMatchObject({ rows: [{ row: { revenue } }] });
	});

	it('rejects a month that no longer fits', () => {
		const outcome = normalised(rawMonth(june(), NZD), {}, [rba('NZD', '2026-06-30', '0.000001')]);
		expect(outcome).toMatchObject({ rejection: { code: 'numeric_out_of_range' } });
	});
});

describe('a running month in another currency', () => {
	const rates = [
		rba('NZD', '2026-06-26', '1.00'),
		rba('NZD', '2026-06-29', '1.25'),
		rba('NZD', '2026-06-30', '2.00'),
		rba('NZD', '2026-07-01', '4.00'),
	];

	// Friday 26th, a weekend, Monday 29th, Tuesday 30th: the newest day is that of the organisation's own calendar.
	it.each([
		['Pacific/Auckland', '2026-06-28T11:59:59Z', '2026-06-26', '11000.00', true],
		['Pacific/Auckland', '2026-06-28T12:00:00Z', '2026-06-29', '9900.00', true],
		['Australia/Sydney', '2026-06-28T13:59:59Z', '2026-06-26', '11000.00', true],
		['Australia/Sydney', '2026-06-29T14:00:00Z', '2026-06-30', '8433.33', true],
		['Australia/Perth', '2026-06-29T15:59:59Z', '2026-06-29', '9900.00', true],
		['Australia/Perth', '2026-06-30T16:00:00Z', '2026-06-30', '8433.33', undefined],
		['Etc/UTC', '2026-06-30T23:59:59Z', '2026-06-30', '8433.33', true],
		['Etc/UTC', '2026-07-01T00:00:00Z', '2026-06-30', '8433.33', undefined],
	])('ends, in %s at %s, with the rate of %s', (timezone, fetchedAt, rateDate, revenue, partial) => {
		const raw = rawMonth(june(), { currency: 'NZD', timezone }, fetchedAt);
		const outcome = normalised(raw, {}, rates);
		expect(outcome).toMatchObject({ rows: [{ row: { revenue, metadata: { fx: { rateDate } } } }] });
		const [row] = 'rows' in outcome ? outcome.rows : [];
		expect((row?.row.metadata as { partial?: boolean }).partial).toBe(partial);
	});
});

describe('days without rates', () => {
	it.each([
		['a weekend', '2026-11-22', '2026-11-20', 2],
		['Easter', '2026-04-06', '2026-04-02', 4],
		['Christmas', '2027-12-28', '2027-12-24', 4],
	])('take the rate before them, as far as its age allows, such as %s', (_name, day, rateDay, age) => {
		const rates = [rba('NZD', rateDay, '1.25')];
		const period = { firstDay: day, lastDay: day, today: '2028-01-01' };
		expect(rateOf(rates, { ...period, maxAgeDays: age })).toMatchObject({ date: rateDay, method: 'latest' });
		expect(rateOf(rates, { ...period, maxAgeDays: age - 1 })).toBeUndefined();
	});
});
