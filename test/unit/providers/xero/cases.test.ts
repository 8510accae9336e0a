import { describe, expect, it } from '@jest/globals';

import type { SectionKind } from '../../../../nodes/providers/provider';
import { bankSummary, profitAndLoss } from './fixtures';
import { normalised, rawMonth } from './months';

// Reports as people have them who do this job: /work/shared/cases/accounting-and-uploads.md, by its numbers.

let accounts = 0;

function account(name: string, value: string) {
	const id = `00000000-0000-4000-8000-${String(++accounts).padStart(12, '0')}`;
	return line(name, value, id);
}

function line(name: string, value: string, id: string) {
	const Attributes = [{ Value: id, Id: 'account' }];
	return {
		RowType: 'Row',
		Cells: [
			{ Value: name, Attributes },
			{ Value: value, Attributes },
		],
	};
}

const total = (name: string, value: string) => ({
	RowType: 'SummaryRow',
	Cells: [{ Value: name }, { Value: value }],
});

const section = (Title: string, ...Rows: object[]) => ({ RowType: 'Section', Title, Rows });

const result = (name: string, value: string) =>
	section('', { RowType: 'Row', Cells: [{ Value: name }, { Value: value }] });

/** Revenue, expenses and net profit of a report, or why it was rejected. */
function figuresOf(rows: object[], sectionMap: Record<string, SectionKind> = {}): string[] | string {
	const reply = structuredClone(profitAndLoss('global'));
	const [report] = reply.Reports;
	report.Rows = [{ RowType: 'Header', Cells: [{ Value: '' }, { Value: '30 Jun 26' }] }, ...rows];
	const record = {
		...{ month: '2026-06', basis: 'accrual', profitAndLoss: reply, bankSummary: bankSummary('usual') },
	};
	const given = normalised(rawMonth(record), { sectionMap: new Map(Object.entries(sectionMap)) });
	if ('rejection' in given) return given.rejection.code;
	const { revenue, expenses, netProfit } = given.rows[0]!.row as Record<string, string>;
	return [revenue!, expenses!, netProfit!];
}

describe('case 18: sections inside sections', () => {
	it('count once, as what the section around them is', () => {
		expect(
			figuresOf([
				section(
					'Income',
					account('Fee Income', '11296.12'),
					section('Interest', account('Loan Interest', '500.00'), total('Total Interest', '500.00')),
					total('Total Income', '11796.12'),
				),
				result('Gross Profit', '11796.12'),
				section(
					'Less Operating Expenses',
					account('Rent', '1000.00'),
					section(
						'ATM',
						account('ATM Servicing', '220.10'),
						account('ATM Rebate', '-20.10'),
						total('Total ATM', '200.00'),
					),
					total('Total Operating Expenses', '1200.00'),
				),
				result('Net Profit', '10596.12'),
			]),
		).toEqual(['11796.12', '1200.00', '10596.12']);
	});
});

describe('case 19: sections that a layout renamed or flattened', () => {
	const flattened = [
		section('Income', account('Sales', '900.00'), total('Total Income', '900.00')),
		section('Less Operating Expenses'),
		section('Admin Expenses', account('Fees', '100.00'), total('Total Admin Expenses', '100.00')),
		result('Net Profit', '800.00'),
	];

	it('are asked for, and right once they are in the Section Map', () => {
		expect(figuresOf(flattened)).toBe('unknown_section');
		expect(figuresOf(flattened, { 'admin expenses': 'expense' })).toEqual(['900.00', '100.00', '800.00']);
	});

	it('are never a wrong sum', () => {
		expect(
			figuresOf([
				section('Income', account('Fees', '900.00'), total('Total Income', '900.00')),
				section(
					'Less Operating Expenses',
					section('Sales', account('Sales Commission', '100.00'), total('Total Sales', '100.00')),
					total('Total Operating Expenses', '100.00'),
				),
				result('Net Profit', '800.00'),
			]),
		).toBe('does_not_add_up');
	});
});

describe('case 20: other income below zero, and gains on currencies among the expenses', () => {
	it('keep their signs', () => {
		expect(
			figuresOf([
				section('Income', account('Fees', '900.00'), total('Total Income', '900.00')),
				section(
					'Plus Other Income',
					account('Interest', '10.00'),
					account('Loss on sale', '-260.55'),
					total('Total Other Income', '-250.55'),
				),
				section(
					'Less Operating Expenses',
					account('Rent', '100.00'),
					line('Unrealised Currency Gains', '-13.37', 'FXGROUPID'),
					line('Realised Currency Gains', '4.00', 'FXGROUPID'),
					total('Total Operating Expenses', '90.63'),
				),
				result('Net Profit', '558.82'),
			]),
		).toEqual(['649.45', '90.63', '558.82']);
	});
});

describe('case 22: tax below the net profit', () => {
	const taxed = (tax = '150.00', after = '450.00', label = 'Net Profit After Tax') => [
		section('Income', account('Fees', '1000.00'), total('Total Income', '1000.00')),
		section(
			'Less Operating Expenses',
			account('Rent', '400.00'),
			total('Total Operating Expenses', '400.00'),
		),
		result('Net Profit', '600.00'),
		section('Less Taxation', account('Income Tax', tax), total('Total Taxation', tax)),
		result(label, after),
	];

	it('is asked for: which of the two profits is meant, nobody can tell', () => {
		expect(figuresOf(taxed())).toBe('unknown_section');
	});

	it.each([
		'Net Profit After Tax',
		'Net Profit after Taxation',
		'Profit after Income Tax',
		'Net Income After Taxes',
	])('is an expense where the Section Map says so, and the profit is that of "%s"', (label) => {
		expect(figuresOf(taxed('150.00', '450.00', label), { taxation: 'expense' })).toEqual([
			'1000.00',
			'550.00',
			'450.00',
		]);
	});

	it('is left out where the Section Map says so', () => {
		expect(figuresOf(taxed(), { taxation: 'ignore' })).toEqual(['1000.00', '400.00', '600.00']);
	});

	it('counts as an expense also where no profit after it is printed', () => {
		expect(figuresOf(taxed().slice(0, -1), { taxation: 'expense' })).toEqual(['1000.00', '550.00', '450.00']);
	});

	it('is no way around the check of either profit', () => {
		expect(figuresOf(taxed('150.00', '449.00'), { taxation: 'expense' })).toBe('does_not_add_up');
		const wrong = taxed();
		wrong[2] = result('Net Profit', '601.00');
		expect(figuresOf(wrong, { taxation: 'expense' })).toBe('does_not_add_up');
	});

	it('stands below a profit before it in the words of the United Kingdom too', () => {
		const rows = [
			section('Turnover', account('Sales', '100.00'), total('Total Turnover', '100.00')),
			section('Less Cost of Sales', account('Stock', '40.00'), total('Total Cost of Sales', '40.00')),
			result('Gross Profit', '60.00'),
			section('Administrative Costs', account('Fees', '10.00'), total('Total Administrative Costs', '10.00')),
			result('Operating Profit', '50.00'),
			result('Profit on Ordinary Activities Before Taxation', '50.00'),
			section('Taxation', account('Corporation Tax', '9.50'), total('Total Taxation', '9.50')),
			result('Profit after Taxation', '40.50'),
		];
		expect(figuresOf(rows, { taxation: 'expense' })).toEqual(['100.00', '59.50', '40.50']);
		expect(figuresOf(rows, { taxation: 'ignore' })).toEqual(['100.00', '50.00', '50.00']);
	});
});
