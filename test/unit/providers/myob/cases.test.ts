import { describe, expect, it } from '@jest/globals';

import { Rejection } from '../../../../nodes/shared/rejection';
import { rowOf, type MonthSketch } from './months';

const figures = (sketch: MonthSketch): unknown[] => {
	const { revenue, expenses, netProfit, cashFlow } = rowOf(sketch).row as Record<string, unknown>;
	return [revenue, expenses, netProfit, cashFlow];
};

const ZEROS = { sales: 0.0, interest: 0.0, rent: 0.0 };

describe('case 23: the forms of MYOB’s own samples', () => {
	it.each<[string, MonthSketch, string[]]>([
		[
			'an end at 23:59:59 and nothing but zeros',
			{ result: ZEROS, report: { EndDate: '2026-05-31T23:59:59' } },
			['0.00', '0.00', '0.00', '0.00'],
		],
		[
			'days with a blank before the time',
			{
				result: { sales: 10 },
				report: { StartDate: '2026-05-01 00:00:00', EndDate: '2026-05-31 00:00:00' },
			},
			['10.00', '0.00', '10.00', '0.00'],
		],
		[
			'six decimals',
			{
				result: { sales: 100.333333, interest: 0.333334, rent: 33.111111 },
				bank: { bank: 67.555556 },
			},
			['100.67', '33.11', '67.56', '67.56'],
		],
	])('are taken: %s', (_name, sketch, expected) => {
		expect(figures(sketch)).toEqual(expected);
	});

	it('are rejected where the year’s end was adjusted', () => {
		const adjusted = () => rowOf({ result: { sales: 10 }, report: { YearEndAdjust: true } });
		expect(adjusted).toThrow(Rejection);
	});
});
