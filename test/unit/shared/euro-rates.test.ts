import { describe, expect, it } from '@jest/globals';

import type { PublishedRate } from '../../../db/rates/read';
import { Conversion, type ConversionPeriod } from '../../../nodes/shared/conversion';
import { toAmount } from '../../../nodes/shared/money';

const rate = (base: string, quote: string, date: string, value: string, source = 'ecb'): PublishedRate => ({
	...{ base, quote, date, source },
	rate: value,
});
const on = (from: string, to: string, day: string): ConversionPeriod => ({
	...{ from, to, today: '2026-11-20', maxAgeDays: 7 },
	firstDay: day,
	lastDay: day,
});
const ECB = [rate('EUR', 'AUD', '2026-04-01', '1.78'), rate('EUR', 'AUD', '2025-12-31', '1.70')];

describe('a currency that the euro replaced', () => {
	it('keeps its fixed rate, exactly and without age', () => {
		const found = new Conversion(ECB).findRate(on('BGN', 'AUD', '2026-04-02'));
		expect(found).toMatchObject({ quotation: 'fixed', source: 'ecb', date: '2026-04-01' });
		expect(toAmount('7000').times(found!.rate).toFixed(2)).toBe('6370.70');
		expect(found!.rate.toFixed()).toBe('0.91009954852926890374');
	});

	it.each([
		...[
			['ATS', '1999-01-01', '13.7603'],
			['BEF', '1999-01-01', '40.3399'],
			['DEM', '1999-01-01', '1.95583'],
		],
		...[
			['ESP', '1999-01-01', '166.386'],
			['FIM', '1999-01-01', '5.94573'],
			['FRF', '1999-01-01', '6.55957'],
		],
		...[
			['IEP', '1999-01-01', '0.787564'],
			['ITL', '1999-01-01', '1936.27'],
			['LUF', '1999-01-01', '40.3399'],
		],
		...[
			['NLG', '1999-01-01', '2.20371'],
			['PTE', '1999-01-01', '200.482'],
			['GRD', '2001-01-01', '340.75'],
		],
		...[
			['SIT', '2007-01-01', '239.64'],
			['CYP', '2008-01-01', '0.585274'],
			['MTL', '2008-01-01', '0.4293'],
		],
		...[
			['SKK', '2009-01-01', '30.126'],
			['EEK', '2011-01-01', '15.6466'],
			['LVL', '2014-01-01', '0.702804'],
		],
		...[
			['LTL', '2015-01-01', '3.4528'],
			['HRK', '2023-01-01', '7.5345'],
			['BGN', '2026-01-01', '1.95583'],
		],
	])('%s from %s on is worth 1/%s euro, with no rate published at all', (currency, from, units) => {
		const conversion = new Conversion([]);
		expect(conversion.findRate(on('EUR', currency!, from!))?.rate.toFixed()).toBe(units);
		expect(conversion.findRate(on('EUR', currency!, '2026-11-20'))?.rate.toFixed()).toBe(units);
		const before = `${Number(from!.slice(0, 4)) - 1}-12-31`;
		expect(conversion.findRate(on('EUR', currency!, before))).toBeUndefined();
	});

	it('leads to another one, and to what only the other bank publishes', () => {
		const found = new Conversion([]).findRate(on('HRK', 'BGN', '2026-04-02'));
		expect(found?.rate.toFixed(10)).toBe('0.2595832504');
		const rba = new Conversion([rate('AUD', 'EUR', '2026-04-02', '0.5', 'rba')]);
		expect(
			rba
				.findRate(on('BGN', 'AUD', '2026-04-02'))
				?.rate.times('1.95583')
				.toFixed(10),
		).toBe('2.0000000000');
	});

	it('counts as replaced on a day to come only once it is replaced', () => {
		const early = { ...on('BGN', 'EUR', '2026-02-01'), today: '2025-12-31' };
		expect(new Conversion([]).findRate(early)).toBeUndefined();
		const published = new Conversion([rate('EUR', 'BGN', '2025-12-31', '1.9558')]);
		expect(published.findRate(early)).toMatchObject({ quotation: 'inverse', date: '2025-12-31' });
	});

	it('is converted by its published rates on the days before', () => {
		const conversion = new Conversion([...ECB, rate('EUR', 'BGN', '2025-12-31', '1.9558')]);
		expect(conversion.findRate(on('BGN', 'AUD', '2025-12-31'))).toMatchObject({ quotation: 'cross' });
	});
});

describe('an imported rate', () => {
	it.each([
		['euro in it', rate('EUR', 'ETB', '2026-04-01', '200', 'own')],
		['it in euro', rate('ETB', 'EUR', '2026-04-01', '0.005', 'own')],
	])('joins with a bank’s: %s', (_name, own) => {
		const found = new Conversion([...ECB, own]).findRate(on('ETB', 'AUD', '2026-04-02'));
		expect(found).toMatchObject({ quotation: 'joined', source: 'own+ecb' });
		expect(found!.rate.toFixed()).toBe('0.0089');
	});

	it('goes behind what one source quotes, and joins on days that both have only', () => {
		const both = [
			...ECB,
			rate('EUR', 'ETB', '2026-04-01', '100'),
			rate('EUR', 'ETB', '2026-04-01', '200', 'own'),
		];
		expect(new Conversion(both).findRate(on('ETB', 'AUD', '2026-04-02'))?.quotation).toBe('cross');
		const other = [...ECB, rate('EUR', 'ETB', '2026-03-31', '200', 'own')];
		expect(new Conversion(other).findRate(on('ETB', 'AUD', '2026-04-02'))).toBeUndefined();
	});
});
