import { describe, expect, it } from '@jest/globals';

import type { SectionKind } from '../../../../nodes/providers/provider';
import type { RejectionReason } from '../../../../nodes/shared/messages';
import { isLoss, isNetResult, isSubtotal, classifySection } from '../../../../nodes/providers/xero/sections';
import { bankSummary, june, profitAndLoss } from './fixtures';
import { normalised, rawMonth } from './months';

type Settings = Parameters<typeof normalised>[1];

function rowOf(record: unknown, settings?: Settings, raw = rawMonth(record)) {
	const outcome = normalised(raw, settings);
	if ('rejection' in outcome) throw new Error(JSON.stringify(outcome.rejection));
	expect(outcome.rows).toHaveLength(1);
	return outcome.rows[0]!;
}

function rejectionOf(record: unknown, settings?: Settings): RejectionReason {
	const outcome = normalised(rawMonth(record), settings);
	if (!('rejection' in outcome)) throw new Error(`It became a row: ${JSON.stringify(outcome.rows)}`);
	return outcome.rejection;
}

describe('a month of Xero', () => {
	it('becomes one row of financials', () => {
		expect(rowOf(june())).toEqual({
			table: 'financials',
			client: { externalId: 'organisation-1', clientName: 'Harbour Bakery Pty Ltd', industry: null },
			version: undefined,
			row: {
				recordDate: '2026-06-30',
				revenue: '11000.00',
				expenses: '5318.60',
				netProfit: '5681.40',
				cashFlow: '5950.30',
				currency: 'AUD',
				sourceSystem: 'xero',
				externalId: 'pnl:organisation-1:2026-06:accrual',
				metadata: {
					basis: 'accrual',
					booksCurrency: 'AUD',
					sections: [
						{ title: 'Income', kind: 'income', total: '11000.00' },
						{ title: 'Less Cost of Sales', kind: 'expense', total: '3100.25' },
						{ title: 'Less Operating Expenses', kind: 'expense', total: '2218.35' },
					],
					_src: {
						recordId: '2026-06',
						stream: 'monthlyFinancials',
						accountId: 'organisation-1',
						syncRunId: 'run-1',
					},
				},
			},
		});
	});

	it('is the same row however often it is printed', () => {
		const again = profitAndLoss('global');
		again.DateTimeUTC = '/Date(1790000000000)/';
		Object.assign(again.Reports[0], {
			ReportDate: '9 September 2026',
			UpdatedDateUTC: '/Date(1790000000000)/',
		});
		expect(rowOf(june(again))).toEqual(rowOf(june()));
	});

	it('treats a cash-basis month as another document', () => {
		const { row } = rowOf({ ...june(), basis: 'cash' });
		expect(row).toMatchObject({ externalId: 'pnl:organisation-1:2026-06:cash', metadata: { basis: 'cash' } });
	});

	it.each([
		['2026-02', '2026-02-28'],
		['2028-02', '2028-02-29'],
		['2100-02', '2100-02-28'],
		['0001-01', '0001-01-31'],
		['9999-12', '9999-12-31'],
	])('has for %s the record date %s, whatever the time zone', (month, recordDate) => {
		for (const timezone of ['Pacific/Auckland', 'Etc/UTC', 'Pacific/Honolulu']) {
			const record = { ...june(), month };
			expect(rowOf(record, {}, rawMonth(record, { timezone })).row.recordDate).toBe(recordDate);
		}
	});

	it.each([
		['Australia/Sydney', '2026-06-30T13:59:59Z', true],
		['Australia/Sydney', '2026-06-30T14:00:00Z', undefined],
		['Australia/Perth', '2026-06-30T15:59:59Z', true],
		['Australia/Perth', '2026-06-30T16:00:00Z', undefined],
		['Etc/UTC', '2026-06-30T23:59:59Z', true],
		['America/New_York', '2026-07-01T03:59:59Z', true],
	])('is partial in %s at %s: %s', (timezone, fetchedAt, partial) => {
		const raw = rawMonth(june(), { timezone }, fetchedAt);
		expect(rowOf(undefined, {}, raw).row.metadata).toHaveProperty('basis', 'accrual');
		expect((rowOf(undefined, {}, raw).row.metadata as { partial?: boolean }).partial).toBe(partial);
	});
});

describe('a profit and loss report', () => {
	it.each([
		['global', '11000.00', '5318.60'],
		['australian', '10262.45', '5300.25'],
		['upper-case', '21730.93', '1730.93'],
		['leading-spaces', '500.00', '120.00'],
		['thousands-separators', '1234567.80', '1499.50'],
		['missing-values', '500.00', '120.00'],
		['empty-sections', '0.00', '120.00'],
		['refunds-inside-expenses', '90.00', '-518.55'],
		['net-loss', '100.00', '350.10'],
		['net-loss-without-minus', '100.00', '350.10'],
		['no-activity', '0.00', '0.00'],
		['no-rows', '0.00', '0.00'],
		['grouped-currency-gains', '500.00', '-13.37'],
		['sections-within-sections', '550.00', '225.00'],
		['account-named-like-a-total', '100.00', '0.00'],
		['lines-without-attributes', '100.00', '40.00'],
		['a-cent-apart', '100.00', '40.00'],
		['unknown-section-without-lines', '100.00', '0.00'],
		['more-than-two-decimals', '12.35', '0.30'],
		['net-profit-as-a-total', '100.00', '0.00'],
	])('%s has revenue %s and expenses %s', (situation, revenue, expenses) => {
		const { row } = rowOf(june(profitAndLoss(situation)));
		expect([row.revenue, row.expenses]).toEqual([revenue, expenses]);
		expect(Number(row.netProfit)).toBeCloseTo(Number(revenue) - Number(expenses), 6);
	});

	it('has a net profit that is the difference of what is stored, to the cent', () => {
		const { revenue, expenses, netProfit } = rowOf(june(profitAndLoss('half-a-cent'))).row;
		expect([revenue, expenses, netProfit]).toEqual(['100.00', '0.01', '99.99']);
	});

	it.each([
		['does-not-add-up', 'does_not_add_up', 'profitAndLoss.Reports[0].Rows[3].Rows[0]'],
		['section-does-not-add-up', 'section_does_not_add_up', 'profitAndLoss.Reports[0].Rows[1].Rows[1]'],
		['unknown-section', 'unknown_section', 'profitAndLoss.Reports[0].Rows[2]'],
		['unknown-section-outside-the-result', 'unknown_section', 'profitAndLoss.Reports[0].Rows[3]'],
		['unknown-section-with-a-total-only', 'unknown_section', 'profitAndLoss.Reports[0].Rows[2]'],
		['accounts-without-a-section-title', 'unknown_section', 'profitAndLoss.Reports[0].Rows[1]'],
		['several-columns', 'several_columns', 'profitAndLoss.Reports[0].Rows[0]'],
		['parentheses', 'not_a_number', 'profitAndLoss.Reports[0].Rows[1].Rows[1].Cells[1].Value'],
		['no-net-profit', 'net_profit_missing', 'profitAndLoss'],
		['no-section-total', 'amount_missing', 'profitAndLoss.Reports[0].Rows[1].Rows[1].Cells[1]'],
		['unknown-row-type', 'unexpected_report', 'profitAndLoss.Reports[0].Rows[1].Rows[0].RowType'],
		['more-than-fits', 'numeric_out_of_range', 'profitAndLoss'],
		['result-more-than-fits', 'numeric_out_of_range', 'profitAndLoss'],
	])('%s is rejected as %s at %s', (situation, code, path) => {
		expect(rejectionOf(june(profitAndLoss(situation)))).toMatchObject({ code, path });
	});

	it('a report that does not add up states both figures and the difference', () => {
		const { message } = rejectionOf(june(profitAndLoss('does-not-add-up')));
		for (const figure of ['60.00', '60.02', '0.02']) expect(message).toContain(figure);
	});

	it('is not taken for another one', () => {
		expect(rejectionOf(june(bankSummary('usual')))).toMatchObject({
			code: 'unexpected_report',
			path: 'profitAndLoss.Reports[0].ReportType',
		});
	});

	it('JSON numbers give the same figures', () => {
		const numbers = JSON.parse(JSON.stringify(profitAndLoss('global')), (key, value: unknown) =>
			key === 'Value' && /^-?\d+\.\d\d$/.test(String(value)) ? Number(value) : value,
		) as unknown;
		expect(JSON.stringify(numbers)).toContain(':10250.4,');
		expect(rowOf(june(numbers))).toEqual(rowOf(june()));
	});

	it.each([
		NaN,
		Infinity,
		-Infinity,
		true,
		{},
		[],
		'NaN',
		'Infinity',
		'1e3',
		'1.2.3',
		'12,34.00',
		'−5.00',
		'$5',
		'1 000',
	])('is rejected with the amount %j', (amount) => {
		const report = profitAndLoss('global');
		const [line] = (
			report.Reports[0] as { Rows: Array<{ Rows: Array<{ Cells: Array<{ Value: unknown }> }> }> }
		).Rows[1]!.Rows;
		line!.Cells[1]!.Value = amount;
		expect(rejectionOf(june(report))).toMatchObject({
			code: 'not_a_number',
			path: 'profitAndLoss.Reports[0].Rows[1].Rows[0].Cells[1].Value',
		});
	});

	it('rejects sections nested without end, even a thousand levels deep', () => {
		const nested = profitAndLoss('no-rows');
		let section: unknown = { RowType: 'Section', Title: 'Income', Rows: [] };
		for (let level = 0; level < 1_000; level++)
			section = { RowType: 'Section', Title: 'Income', Rows: [section] };
		(nested.Reports[0].Rows as unknown[]).push(section);
		expect(rejectionOf(june(nested)).code).toBe('nested_too_deep');
	});
});

describe('a label', () => {
	const known = (title: string) => classifySection(title, new Map());

	it.each([
		'Income',
		' Trading  Income',
		'REVENUE',
		'Plus Other Income',
		'Sales:',
		'Add: Other Revenue',
		'Turnover',
	])('"%s" is a section of income', (title) => {
		expect(known(title)).toBe('income');
	});

	it.each([
		'Less Cost of Sales',
		'LESS OPERATING EXPENSES',
		'Less: Other Expenses',
		'Expenses',
		'Administrative Costs',
	])('"%s" is a section of expenses', (title) => {
		expect(known(title)).toBe('expense');
	});

	it.each(['Income Tax Expense', 'Appropriations', 'Einnahmen', '', 'Less', 'constructor', '__proto__'])(
		'"%s" is a section that nobody knows',
		(title) => {
			expect(known(title)).toBeUndefined();
		},
	);

	it.each([
		'Net Profit',
		'NET LOSS',
		' Net  Income ',
		'Net Profit/(Loss)',
		'Net Profit / (Loss)',
		'Net Surplus',
	])('"%s" is the result', (label) => {
		expect(isNetResult(label)).toBe(true);
	});

	it('a result’s label names a loss only if it is nothing else', () => {
		expect(['Net Loss', 'NET DEFICIT', 'Net Profit', 'Net Profit/(Loss)'].map(isLoss)).toEqual([
			true,
			true,
			false,
			false,
		]);
	});

	it('a subtotal’s label is not an account’s', () => {
		for (const label of ['Gross Profit', 'GROSS LOSS', 'Total Income', 'Operating Profit', 'EBITDA']) {
			expect(isSubtotal(label)).toBe(true);
		}
		for (const label of ['Totally Wired Pty Ltd', 'Sales', 'Ebitter Beer', ''])
			expect(isSubtotal(label)).toBe(false);
	});
});

describe('the section map', () => {
	const mapped = (entries: Array<[string, SectionKind]>): Settings => ({ sectionMap: new Map(entries) });

	it('is named by the rejection that it would mend', () => {
		const { message } = rejectionOf(june(profitAndLoss('unknown-section')));
		expect(message).toContain('"Appropriations"');
		expect(message).toContain('Section Map');
	});

	it.each([
		['unknown-section', 'appropriations', 'expense', '100.00', '25.00'],
		['unknown-section', 'appropriations', 'ignore', '100.00', '0.00'],
		['unknown-income', 'grants', 'income', '125.00', '0.00'],
		['unknown-income', 'grants', 'ignore', '100.00', '0.00'],
	] as const)('makes of %s that %s is %s', (situation, label, kind, revenue, expenses) => {
		const { row } = rowOf(june(profitAndLoss(situation)), mapped([[label, kind]]));
		expect([row.revenue, row.expenses]).toEqual([revenue, expenses]);
	});

	it('does not hide a sum that is wrong', () => {
		const reason = rejectionOf(
			june(profitAndLoss('unknown-section')),
			mapped([['appropriations', 'income']]),
		);
		expect(reason.code).toBe('does_not_add_up');
	});

	it('leaves out what is not part of the report’s own result', () => {
		const report = profitAndLoss('unknown-section-outside-the-result');
		expect(rowOf(june(report), mapped([['memorandum', 'ignore']])).row.revenue).toBe('100.00');
	});

	it('goes before what is known', () => {
		const reason = rejectionOf(june(), mapped([['cost of sales', 'income']]));
		expect(reason.code).toBe('does_not_add_up');
	});
});

describe('a bank summary', () => {
	it.each([
		['usual', '5950.30'],
		['with-a-credit-card', '-825.50'],
		['no-accounts', '0.00'],
		['no-rows', '0.00'],
		['empty-cells', '-5.00'],
		['columns-in-another-order', '5950.30'],
		['official-example', '10.00'],
		['a-foreign-currency-account', '7.00'],
	])('%s has the cash flow %s', (situation, cashFlow) => {
		expect(rowOf(june(undefined, bankSummary(situation))).row.cashFlow).toBe(cashFlow);
	});

	it.each([
		['total-differs', 'cash_does_not_add_up', 'bankSummary.Reports[0].Rows[1].Rows[1].Cells[2]'],
		['unknown-columns', 'unknown_columns', 'bankSummary.Reports[0].Rows[0]'],
	])('%s is rejected as %s at %s', (situation, code, path) => {
		expect(rejectionOf(june(undefined, bankSummary(situation)))).toMatchObject({ code, path });
	});
});

describe('a record that is none', () => {
	it.each([
		[null, ''],
		[undefined, ''],
		[[], ''],
		['text', ''],
		[17, ''],
		[{}, 'month'],
		[{ ...june(), month: '2026-13' }, 'month'],
		[{ ...june(), month: '0000-01' }, 'month'],
		[{ ...june(), month: 202606 }, 'month'],
		[{ ...june(), basis: 'mixed' }, 'basis'],
		[{ ...june(), profitAndLoss: undefined }, 'profitAndLoss'],
		[{ ...june(), profitAndLoss: [] }, 'profitAndLoss'],
		[{ ...june(), bankSummary: '<html>' }, 'bankSummary'],
	])('case %# is rejected', (record, path) => {
		expect(rejectionOf(record)).toMatchObject({ code: 'invalid_record', path });
	});

	it.each([
		[{ Reports: [] }, 'Reports'],
		[{ Reports: {} }, 'Reports'],
		[{ Reports: [{ Rows: 'none' }] }, 'Reports[0].Rows'],
		[{ Reports: [{ Rows: [null] }] }, 'Reports[0].Rows[0]'],
		[{ Reports: [{ Rows: [{ RowType: 'Row', Cells: {} }] }] }, 'Reports[0].Rows[0].Cells'],
		[{ Status: 'ERROR' }, 'Reports'],
	])('is rejected with the report %j', (report, path) => {
		expect(rejectionOf(june(report))).toMatchObject({
			code: 'unexpected_report',
			path: `profitAndLoss.${path}`,
		});
	});

	it.each([
		[{ timezone: 'Mars/Olympus' }, 'account.timezone'],
		[{ currency: 'dollars' }, 'account.currency'],
		[{ id: '' }, 'account.id'],
	])('is rejected for the account %j', (account, path) => {
		const outcome = normalised(rawMonth(june(), account));
		expect(outcome).toMatchObject({ rejection: { code: 'invalid_record', path } });
	});
});

describe('text', () => {
	it.each(['Harbour\0Bakery', 'Harbour \ud83d', '\udc00Bakery'])('%j in a row is rejected', (name) => {
		const outcome = normalised(rawMonth(june(), { name }));
		expect(outcome).toMatchObject({ rejection: { code: 'text_not_storable', path: 'client.clientName' } });
	});

	it('passes text that PostgreSQL can store as it is', () => {
		const name = '  "Smörgås" <script>alert(1)</script> 🦘 \' -- ';
		expect(rowOf(undefined, {}, rawMonth(june(), { name })).client.clientName).toBe(name);
	});

	it('finds a section’s text that cannot be stored', () => {
		const report = profitAndLoss('global');
		const [, income] = report.Reports[0].Rows as Array<{ Title: string }>;
		income!.Title = 'In\0come';
		const settings = { sectionMap: new Map([['in\0come', 'income' as const]]) };
		expect(rejectionOf(june(report), settings)).toMatchObject({
			code: 'text_not_storable',
			path: 'row.metadata.sections[0].title',
		});
	});

	it('keeps the text of a reason storable and short', () => {
		const report = profitAndLoss('unknown-section');
		const [, , section] = report.Reports[0].Rows as Array<{ Title: string }>;
		section!.Title = `\0\ud800${'x'.repeat(1_000_000)}`;
		const { code, message } = rejectionOf(june(report));
		expect(code).toBe('unknown_section');
		expect(message).not.toMatch(/\0|\p{Cs}/u);
		expect(message.length).toBeLessThan(1_001);
	});
});

describe('an unknown part of a report', () => {
	it('passes and is named', () => {
		const report = profitAndLoss('global');
		Object.assign(report, { Pagination: {} });
		Object.assign((report.Reports[0].Rows as object[])[1]!, { Colour: 'red' });
		const outcome = normalised(rawMonth(june(report)));
		expect(outcome).toMatchObject({ unknownProperties: ['Reply.Pagination', 'Row.Colour'] });
	});

	it('harms nothing, were it called __proto__', () => {
		const text = JSON.stringify(june()).replaceAll('"RowType"', '"__proto__":{"polluted":true},"RowType"');
		const evil = JSON.parse(
			text.replace('{"month"', '{"__proto__":{"month":1},"constructor":1,"month"'),
		) as unknown;
		expect(rowOf(evil).row).toMatchObject({ revenue: '11000.00' });
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});
});
