import { describe, expect, it } from '@jest/globals';

import { Conversion } from '../../../nodes/shared/conversion';
import { findExchange, monthColumns, originalMonth } from '../../../nodes/shared/foreign-exchange';
import { toAmount } from '../../../nodes/shared/money';
import { parseConversion, recomputeAmounts } from '../../../nodes/shared/recomputation';
import { Rejection } from '../../../nodes/shared/rejection';

const rba = (quote: string, date: string, rate: string) => ({
	base: 'AUD',
	quote,
	date,
	rate,
	source: 'rba',
});

const JUNE = { from: 'NZD', to: 'AUD', firstDay: '2026-06-01', lastDay: '2026-06-30', maxAgeDays: 7 };
const TODAY = '2026-11-23';
const FIGURES = { revenue: toAmount('1000.01'), expenses: toAmount('333.33'), cashFlow: toAmount('-5') };
const PATHS = { result: 'revenue', cashFlow: 'cashFlow' };

function converted(...rates: Parameters<typeof rba>[]) {
	const conversion = new Conversion(rates.map((one) => rba(...one)));
	const { rate, fx } = findExchange({ ...JUNE, today: TODAY }, conversion, 'currency');
	return { columns: monthColumns(FIGURES, rate, PATHS), fx: { ...fx, ...originalMonth(FIGURES) } };
}

describe('metadata.fx', () => {
	it('is enough to compute the row’s amounts: each original times the rate, rounded once', () => {
		const { columns, fx } = converted(['NZD', '2026-06-29', '1.1'], ['NZD', '2026-06-30', '1.13']);
		const times = (original: string): string => toAmount(original).times(fx.rate).toFixed(2);
		expect(columns.revenue).toBe(times(fx.revenue));
		expect(columns.expenses).toBe(times(fx.expenses));
		expect(columns.cashFlow).toBe(times(fx.cashFlow));
		expect(columns.netProfit).toBe(toAmount(columns.revenue).minus(columns.expenses).toFixed(2));
	});

	it('gives the same row as a sync would, once a rate is corrected', () => {
		const before = converted(['NZD', '2026-06-29', '1.1'], ['NZD', '2026-06-30', '1.13']);
		const after = converted(['NZD', '2026-06-29', '1.2'], ['NZD', '2026-06-30', '1.13']);
		const rates = new Conversion([rba('NZD', '2026-06-29', '1.2'), rba('NZD', '2026-06-30', '1.13')]);
		expect(recomputeAmounts(before.fx, rates, TODAY)).toEqual({ amounts: after.columns, fx: after.fx });
		expect(recomputeAmounts(after.fx, rates, TODAY)).toBeUndefined();
	});

	it('a deal’s fx has one day and one value', () => {
		const day = { ...JUNE, firstDay: '2026-07-01', lastDay: '2026-07-01' };
		const before = new Conversion([rba('NZD', '2026-06-30', '1.25')]);
		const { fx } = findExchange({ ...day, today: TODAY }, before, 'currency');
		expect(fx).toMatchObject({ method: 'latest', rate: '0.8', rateDate: '2026-06-30' });
		const later = new Conversion([rba('NZD', '2026-06-30', '1.25'), rba('NZD', '2026-07-01', '1')]);
		expect(recomputeAmounts({ ...fx, value: '12.345' }, later, TODAY)).toEqual({
			amounts: { value: '12.35' },
			fx: { ...fx, value: '12.345', method: 'mean', rate: '1', rateDate: '2026-07-01' },
		});
	});

	it('a running month’s fx is converted with today’s rates', () => {
		const period = { ...JUNE, today: '2026-06-29' };
		const { fx } = findExchange(period, new Conversion([rba('NZD', '2026-06-29', '1.25')]), 'currency');
		const both = new Conversion([rba('NZD', '2026-06-29', '1.25'), rba('NZD', '2026-06-30', '1')]);
		const stored = { ...fx, ...originalMonth(FIGURES) };
		expect(recomputeAmounts(stored, both, '2026-06-29')).toBeUndefined();
		expect(recomputeAmounts(stored, both, '2026-06-30')).toMatchObject({ fx: { rate: '0.9', rateDays: 2 } });
	});

	it('is left alone if it is not ours or has the document’s own rate', () => {
		const { fx } = converted(['NZD', '2026-06-29', '1.1']);
		const rates = new Conversion([rba('NZD', '2026-06-29', '1.2')]);
		for (const other of [null, 'x', {}, { ...fx, method: 'document' }, { ...fx, firstDay: 'June' }]) {
			expect(recomputeAmounts(other, rates, TODAY)).toBeUndefined();
			expect(parseConversion(other, TODAY)).toBeUndefined();
		}
		expect(recomputeAmounts({ ...fx, revenue: 'NaN' }, rates, TODAY)).toBeUndefined();
	});

	it('is kept if the rates no longer exist', () => {
		expect(
			recomputeAmounts(converted(['NZD', '2026-06-29', '1.1']).fx, new Conversion([]), TODAY),
		).toBeUndefined();
	});

	it('rejects amounts that no longer fit', () => {
		const { fx } = converted(['NZD', '2026-06-29', '1.1']);
		const rates = new Conversion([rba('NZD', '2026-06-29', '0.00000001')]);
		expect(recomputeAmounts(fx, rates, TODAY)).toBeInstanceOf(Rejection);
	});
});
