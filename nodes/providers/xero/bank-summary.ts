import { plainText, sumOf, ZERO, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { isSame } from './profit-and-loss';
import { figureIn, labelOf, plainLabel, XeroReport, type PlacedRow } from './report';

const COLUMNS = {
	opening: 'opening balance',
	received: 'cash received',
	spent: 'cash spent',
	closing: 'closing balance',
} as const;

type Column = keyof typeof COLUMNS;
type Indexes = Record<Column, number>;
type Figures = Record<Column, Amount>;

export interface BankSummary {
	/** Received less spent of all bank accounts, in the currency of the books. */
	cashFlow: Amount;
	unknownProperties: ReadonlySet<string>;
}

/**
 * Reads the cash flow of a month: what the accounts received less what they spent, checked against the report's
 * totals and against the balances.
 * @throws Rejection where something in it is not understood or does not add up
 */
export function readBankSummary(reply: Record<string, unknown>, path: string): BankSummary {
	const report = new XeroReport(reply, path, 'BankSummary');
	const accounts: PlacedRow[] = [];
	const totals: Array<[PlacedRow, PlacedRow[]]> = [];
	collect(report, report.rows, 1, accounts, totals);
	if (accounts.length === 0 && totals.length === 0) {
		return { cashFlow: ZERO, unknownProperties: report.unknownProperties };
	}
	const columns = columnsOf(report);
	for (const [total, lines] of totals) checkTotal(total, lines, columns);
	return { cashFlow: cashFlowOf(accounts, columns, path), unknownProperties: report.unknownProperties };
}

/** Finds the accounts' lines, and with each total the lines that it is about. */
function collect(
	report: XeroReport,
	rows: PlacedRow[],
	level: number,
	accounts: PlacedRow[],
	totals: Array<[PlacedRow, PlacedRow[]]>,
): void {
	const first = accounts.length;
	for (const row of rows) {
		if (row.RowType === 'Row') accounts.push(row);
		if (row.RowType === 'Section')
			collect(report, report.rowsOf(row, level + 1), level + 1, accounts, totals);
		if (row.RowType === 'SummaryRow') totals.push([row, accounts.slice(first)]);
	}
}

function columnsOf({ rows, path }: XeroReport): Indexes {
	const header = rows.find(({ RowType }) => RowType === 'Header');
	const labels = (header?.Cells ?? []).map(({ Value }) => plainLabel(Value));
	const entries = Object.entries(COLUMNS).map(([column, label]) => [column, labels.indexOf(label)]);
	const indexes = Object.fromEntries(entries) as Indexes;
	if (Object.values(indexes).every((index) => index > 0)) return indexes;
	const found = labels.map((label) => `"${excerpt(label, 40)}"`).join(', ') || 'none';
	throw new Rejection(
		'unknown_columns',
		header?.path ?? path,
		`The bank summary must have the columns ${Object.values(COLUMNS).join(', ')}; it has ${found}.`,
	);
}

function cashFlowOf(accounts: PlacedRow[], columns: Indexes, path: string): Amount {
	const sums = sumsOf(accounts, columns);
	const cashFlow = sums.received.minus(sums.spent);
	const change = sums.closing.minus(sums.opening);
	if (isSame(cashFlow, change)) return cashFlow;
	throw new Rejection(
		'cash_does_not_add_up',
		path,
		`Cash received less cash spent is ${plainText(cashFlow)}, and the balances changed by ${plainText(change)}. The month is read again with the next sync.`,
	);
}

function checkTotal(total: PlacedRow, accounts: PlacedRow[], columns: Indexes): void {
	const sums = sumsOf(accounts, columns);
	for (const column of ['received', 'spent'] as const) {
		const printed = figureIn(total, columns[column]) ?? ZERO;
		if (isSame(printed, sums[column])) continue;
		throw new Rejection(
			'cash_does_not_add_up',
			`${total.path}.Cells[${columns[column]}]`,
			`The accounts' ${COLUMNS[column]} adds up to ${plainText(sums[column])}, and the row "${excerpt(labelOf(total))}" says ${plainText(printed)}.`,
		);
	}
}

function sumsOf(accounts: PlacedRow[], columns: Indexes): Figures {
	const sum = (column: Column): Amount =>
		sumOf(accounts.map((account) => figureIn(account, columns[column]) ?? ZERO));
	return { opening: sum('opening'), received: sum('received'), spent: sum('spent'), closing: sum('closing') };
}
