import { describe, expect, it } from '@jest/globals';

import { monthlyFinancials } from '../../../../nodes/providers/myob/normalise-monthly-financials';
import { Conversion } from '../../../../nodes/shared/conversion';
import { Rejection } from '../../../../nodes/shared/rejection';
import { account, ACCOUNTS, monthRecord, rawOf, rowOf, SETTINGS, type MonthSketch } from './months';

const figures = (sketch: MonthSketch) => {
	const { revenue, expenses, netProfit, cashFlow } = rowOf(sketch).row as unknown as Record<string, string>;
	return { revenue, expenses, netProfit, cashFlow };
};

const rejection = (work: () => unknown): Pick<Rejection, 'code' | 'path' | 'message'> => {
	try {
		work();
	} catch (error) {
		if (error instanceof Rejection) return error;
		throw error;
	}
	throw new Error('It was not rejected.');
};

const RESULT = { sales: 1000.1, interest: 0.2, flour: 300.3, rent: 200, fines: 10.05 };

describe('a month of MYOB', () => {
	it('is one row, by what accounts are classified as', () => {
		const row = rowOf({ result: RESULT, bank: { bank: 512.34, till: -12.3 } });
		expect(row.client).toEqual({ externalId: 'file-1', clientName: 'Bondi Bakehouse', industry: null });
		expect(row.row).toEqual({
			...{ recordDate: '2026-05-31', currency: 'AUD', sourceSystem: 'myob' },
			...{ revenue: '1000.30', expenses: '510.35', netProfit: '489.95', cashFlow: '500.04' },
			externalId: 'pnl:file-1:2026-05:accrual',
			metadata: {
				...{ basis: 'accrual', booksCurrency: 'AUD' },
				sections: [
					{ title: 'CostOfSales', kind: 'expense', total: '300.30' },
					{ title: 'Expense', kind: 'expense', total: '200.00' },
					{ title: 'Income', kind: 'income', total: '1000.10' },
					{ title: 'OtherExpense', kind: 'expense', total: '10.05' },
					{ title: 'OtherIncome', kind: 'income', total: '0.20' },
				],
			},
		});
	});

	it('adds JSON numbers exactly', () => {
		expect(figures({ result: { sales: 0.1, interest: 0.2 } }).revenue).toBe('0.30');
		expect(figures({ result: { sales: 4503599627.37, interest: 0.01 } }).revenue).toBe('4503599627.38');
	});

	it('takes negative figures as they are: refunds and losses', () => {
		expect(figures({ result: { sales: -50, rent: 20.5 }, bank: { bank: -70.5 } })).toEqual({
			revenue: '-50.00',
			expenses: '20.50',
			netProfit: '-70.50',
			cashFlow: '-70.50',
		});
	});

	it.each([
		['an empty list', { breakdown: [] }],
		['no list', { breakdown: null }],
	])('is a row of zeros without activity: %s', (_name, sketch) => {
		expect(figures(sketch)).toEqual({
			revenue: '0.00',
			expenses: '0.00',
			netProfit: '0.00',
			cashFlow: '0.00',
		});
	});

	it('leaves out header accounts, cards and lines of zero, and knows an id by its letters in either case', () => {
		const result = { SALES: 100, 'all-income': 100, unheardOf: 0 };
		const register = { sales: 100, 'all-income': 100 };
		const bank = { BANK: 7, banks: 7, card: -3 };
		expect(figures({ result, register, bank })).toMatchObject({ revenue: '100.00', cashFlow: '7.00' });
	});

	it('does not go by the first digit of an account’s number', () => {
		const accounts = [account('sales', 'Income', { DisplayID: '6-1000' }), account('rent', 'Expense')];
		expect(figures({ accounts, result: { sales: 5, rent: 3 } })).toMatchObject({
			revenue: '5.00',
			expenses: '3.00',
		});
	});

	it('does not check a cash-basis month against the register, which counts what is invoiced', () => {
		const row = rowOf({ basis: 'cash', result: { sales: 80 }, register: { sales: 100 }, bank: { bank: 80 } });
		expect(row.row).toMatchObject({ revenue: '80.00', externalId: 'pnl:file-1:2026-05:cash' });
	});

	it('marks the running month', () => {
		const raw = { ...rawOf(monthRecord({})), fetchedAt: '2026-05-20T00:00:00.000Z' };
		const { rows } = monthlyFinancials.normalise(raw, SETTINGS, new Conversion([]));
		expect(rows[0]?.row.metadata).toMatchObject({ partial: true });
	});

	it('tells what it does not know of the report', () => {
		const record = monthRecord({ result: { sales: 1 }, report: { Currency: 'AUD' } });
		Object.assign(record.profitAndLoss.AccountsBreakdown![0]!, { Budget: 3 });
		const { unknownProperties } = monthlyFinancials.normalise(rawOf(record), SETTINGS, new Conversion([]));
		expect(unknownProperties).toEqual(['Currency', 'AccountsBreakdown.Budget']);
	});
});

describe('a month that is rejected', () => {
	it.each<[string, MonthSketch, string, string, RegExp]>([
		[
			'a sign that the register does not have',
			{ result: { rent: -20 }, register: { rent: 20 } },
			'sign_differs',
			'profitAndLoss.AccountsBreakdown[0]',
			/has -20\.00 .* register has 20\.00/,
		],
		[
			'a figure that the register does not have',
			{ result: { sales: 100, rent: 20.02 }, register: { sales: 100, rent: 20 } },
			'register_differs',
			'profitAndLoss.AccountsBreakdown[1]',
			/"Account rent"/,
		],
		[
			'an activity that the report does not have',
			{ result: {}, register: { fines: 3 } },
			'register_differs',
			'register',
			/0\.00 for "Account fines"/,
		],
		[
			'a register whose year is not clear',
			{ year: 'unclear', result: { sales: 1 } },
			'register_year_unclear',
			'register.year',
			/financial or by calendar years/,
		],
		[
			'a register that a report refuted, also on the cash basis',
			{ basis: 'cash', year: 'refuted', result: { sales: 1 } },
			'register_differs',
			'register.year',
			/cash flow cannot be taken/,
		],
		[
			'a classification that nobody knows',
			{ accounts: [...ACCOUNTS, account('odd', 'Appropriation')], result: { odd: 5 } },
			'unknown_section',
			'profitAndLoss.AccountsBreakdown[0]',
			/"Appropriation".*Section Map/s,
		],
		[
			'an account that is not in the list',
			{ result: { unheardOf: 5 } },
			'unknown_account',
			'profitAndLoss.AccountsBreakdown[0].Account',
			/next sync/,
		],
		[
			'a figure that is none',
			{ result: { sales: 'n/a' }, register: {} },
			'not_a_number',
			'profitAndLoss.AccountsBreakdown[0].AccountTotal',
			/"n\/a"/,
		],
		[
			'a figure that is missing',
			{ result: { sales: null }, register: {} },
			'amount_missing',
			'profitAndLoss.AccountsBreakdown[0].AccountTotal',
			/amount is missing/,
		],
		[
			'a bank account’s activity that is none',
			{ bank: { bank: null } },
			'amount_missing',
			'register.lines[0].Activity',
			/amount is missing/,
		],
		[
			'a report of other days',
			{ report: { EndDate: '2026-05-30T00:00:00' } },
			'unexpected_report',
			'profitAndLoss',
			/2026-05-01 to 2026-05-30/,
		],
		[
			'a report on another basis',
			{ report: { ReportingBasis: 'Cash' } },
			'unexpected_report',
			'profitAndLoss',
			/cash, instead of .* accrual/,
		],
		[
			'a report with the year’s end adjusted',
			{ report: { YearEndAdjust: true } },
			'unexpected_report',
			'profitAndLoss',
			/with year-end adjustments/,
		],
		[
			'a list that is none',
			{ report: { AccountsBreakdown: {} } },
			'invalid_record',
			'profitAndLoss.AccountsBreakdown',
			/not a list/,
		],
		[
			'more than a column holds',
			{ result: { sales: 12345678901.5 } },
			'numeric_out_of_range',
			'profitAndLoss',
			/10 digits/,
		],
	])('%s', (_name, sketch, code, path, message) => {
		const found = rejection(() => rowOf(sketch));
		expect([found.code, found.path]).toEqual([code, path]);
		expect(found.message).toMatch(message);
	});

	it.each(['constructor', '__proto__', 'toString', '', 'income', 'Asset'])(
		'has a classification that only looks like one: "%s"',
		(classification) => {
			const accounts = [...ACCOUNTS, account('odd', classification)];
			const found = rejection(() => rowOf({ accounts, result: { odd: 5 } }));
			expect([found.code, found.path]).toEqual(['unknown_section', 'profitAndLoss.AccountsBreakdown[0]']);
		},
	);

	it('takes an account of an unknown classification once the operator says what it counts as', () => {
		const accounts = [...ACCOUNTS, account('odd', 'Appropriation')];
		const sectionMap = new Map([['appropriation', 'expense' as const]]);
		expect(rowOf({ accounts, result: { odd: 5 } }, { sectionMap }).row).toMatchObject({ expenses: '5.00' });
	});

	it('rejects a month without a rate for its currency, unless there is nothing to convert', () => {
		const normalise = (sketch: MonthSketch) =>
			monthlyFinancials.normalise(rawOf(monthRecord(sketch), 'NZD'), SETTINGS, new Conversion([])).rows[0];
		expect(rejection(() => normalise({ result: { sales: 1 } })).code).toBe('rate_missing');
		expect(normalise({})?.row).toMatchObject({ revenue: '0.00', currency: 'AUD' });
		expect(monthlyFinancials.ratesNeeded(rawOf(monthRecord(), 'NZD'), SETTINGS)).toEqual([
			{ from: 'NZD', to: 'AUD', firstDay: '2026-05-01', lastDay: '2026-05-31' },
		]);
	});
});
