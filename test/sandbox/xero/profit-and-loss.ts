import { uuidFrom } from '../core/random';
import type { LedgerAccount, LedgerSection } from './accounts';
import { monthOf } from './calendar';
import { decimalOf } from './cents';
import { layoutFor, type Layout } from './layout';
import type { Ledger } from './ledger';
import { accountCell, reportReply, row, shortDate, type Cell, type Period, type ReportRow } from './report';

export interface ProfitAndLossRequest extends Period {
	standardLayout: boolean;
	paymentsOnly: boolean;
	at: Date;
}

interface Sheet {
	ledger: Ledger;
	layout: Layout;
	/** Cents per account that has a line in the period. */
	sums: Map<LedgerAccount, number>;
}

/** The report as Xero prints it, in the layout and with the quirks of the organisation. */
export function profitAndLoss(ledger: Ledger, request: ProfitAndLossRequest): Record<string, unknown> {
	const { name, layout, quirks } = ledger.organisation;
	const sheet = {
		ledger,
		layout: layoutFor(layout, quirks, request.standardLayout),
		sums: accountSums(ledger, request),
	};
	const header = row('Header', { Value: '' }, { Value: shortDate(request.toDate) });
	return reportReply(
		{
			id: 'ProfitAndLoss',
			name: 'Profit and Loss',
			type: 'ProfitAndLoss',
			title: 'Profit & Loss',
			organisation: name,
			period: request,
			at: request.at,
		},
		[header, ...body(sheet, monthOf(request.fromDate))],
	);
}

function accountSums(ledger: Ledger, request: ProfitAndLossRequest): Map<LedgerAccount, number> {
	const end = request.toDate < ledger.today() ? request.toDate : ledger.today();
	const sums = new Map<LedgerAccount, number>();
	for (const { account, date, paidOn, cents } of ledger.postings()) {
		const day = request.paymentsOnly ? paidOn : date;
		if (day === null || day < request.fromDate || day > end) continue;
		sums.set(account, (sums.get(account) ?? 0) + cents);
	}
	return sums;
}

function body(sheet: Sheet, month: string): ReportRow[] {
	const total = (section: LedgerSection): number => sectionTotal(sheet, section);
	const grossProfit = total('income') - total('costOfSales');
	const netProfit = grossProfit + total('otherIncome') - total('operatingExpenses') - total('appropriations');
	const { profile } = sheet.ledger.organisation;
	const misprint = profile.doesNotAddUp.includes(sheet.ledger.monthsAgo(month)) ? 100 : 0;
	const { layout } = sheet;
	return [
		...section(sheet, 'income'),
		...section(sheet, 'costOfSales'),
		lone(sheet, layout.grossProfit, grossProfit),
		...section(sheet, 'otherIncome'),
		...section(sheet, 'operatingExpenses'),
		...section(sheet, 'appropriations'),
		lone(sheet, netProfit < 0 ? layout.netLoss : layout.netProfit, netProfit + misprint),
	];
}

function section(sheet: Sheet, name: LedgerSection): ReportRow[] {
	const lines = accountRows(sheet, name);
	const shownEmpty = sheet.ledger.organisation.quirks.includes('emptySections') && name !== 'appropriations';
	if (lines.length === 0 && !shownEmpty) return [];
	const labels = sheet.layout.sections[name];
	const total = row('SummaryRow', { Value: labels.total }, amount(sheet, sectionTotal(sheet, name)));
	// An empty section comes with a total of zero or with no rows at all: both are met.
	const rows = lines.length === 0 && name === 'otherIncome' ? [] : [...lines, total];
	return [{ RowType: 'Section', Title: labels.title, Rows: rows }];
}

function accountRows(sheet: Sheet, name: LedgerSection): ReportRow[] {
	const used = [...sheet.sums].filter(([account]) => account.section === name);
	const lines = used.map(([account, cents]) => accountRow(account, amount(sheet, cents)));
	return used.length > 0 ? [...lines, ...blankRows(sheet, name)] : lines;
}

/** Accounts without a figure, where the organisation's reports show them: an empty cell, or one without `Value`. */
function blankRows(sheet: Sheet, name: LedgerSection): ReportRow[] {
	if (!sheet.ledger.organisation.quirks.includes('missingValues')) return [];
	const account = { id: uuidFrom(`${sheet.ledger.organisation.id}/${name}`), name: 'Unused account' };
	if (name === 'income') return [accountRow(account, {})];
	return name === 'operatingExpenses' ? [accountRow(account, { Value: '' })] : [];
}

function accountRow(account: Pick<LedgerAccount, 'id' | 'name'>, value: Cell): ReportRow {
	return row('Row', accountCell(account, { Value: account.name }), accountCell(account, value));
}

/** Gross and net profit stand as a plain row in a section of their own, whose title is empty or missing. */
function lone(sheet: Sheet, label: string, cents: number): ReportRow {
	const rows = [row('Row', { Value: label }, amount(sheet, cents))];
	const titled = sheet.ledger.organisation.layout === 'australian';
	return titled ? { RowType: 'Section', Title: '', Rows: rows } : { RowType: 'Section', Rows: rows };
}

function sectionTotal(sheet: Sheet, name: LedgerSection): number {
	return [...sheet.sums]
		.filter(([account]) => account.section === name)
		.reduce((sum, [, cents]) => sum + cents, 0);
}

function amount(sheet: Sheet, cents: number): Cell {
	const plain = decimalOf(cents);
	const grouped = sheet.ledger.organisation.quirks.includes('thousandsSeparators');
	return { Value: grouped ? plain.replace(/\B(?=(\d{3})+\.)/g, ',') : plain };
}
