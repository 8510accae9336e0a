import { isSameAmount, plainText, sumAmounts, ZERO, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { readFigure, getLabel, plainLabel, XeroReport, type PlacedRow } from './report';

// Balances cannot be used: those of foreign-currency accounts also change with the rates, by amounts Xero does not state.
const COLUMNS = { received: 'cash received', spent: 'cash spent' } as const;

type BankColumn = keyof typeof COLUMNS;
type Indexes = Record<BankColumn, number>;
type BankFigures = Record<BankColumn, Amount>;

export interface BankSummary {
	/** Cash received minus cash spent of all bank accounts, in the organisation's currency. */
	cashFlow: Amount;
	unknownProperties: ReadonlySet<string>;
}

/**
 * Computes a month's cash flow: what the bank accounts received minus what they spent, checked against the report's
 * totals.
 * @throws Rejection if something in it is not understood or does not add up
 */
export function readBankSummary(reply: Record<string, unknown>, path: string): BankSummary {
	const report = new XeroReport(reply, path, 'BankSummary');
	const accounts = new BankSummaryReading(report).read(report.rows, 1);
	const cashFlow = sumAmounts(accounts.map(({ received, spent }) => received.minus(spent)));
	return { cashFlow, unknownProperties: report.unknownProperties };
}

class BankSummaryReading {
	private indexes: Indexes | undefined;

	constructor(private readonly report: XeroReport) {}

	/** Reads the figures of the accounts in these rows and their subsections, and checks each total. */
	read(rows: PlacedRow[], level: number): BankFigures[] {
		const accounts: BankFigures[] = [];
		for (const row of rows) {
			if (row.RowType === 'Row') accounts.push(this.readFigures(row));
			if (row.RowType === 'Section') {
				for (const account of this.read(this.report.readSection(row, level + 1), level + 1))
					accounts.push(account);
			}
			if (row.RowType === 'SummaryRow') this.checkTotal(row, accounts);
		}
		return accounts;
	}

	private readFigures(row: PlacedRow): BankFigures {
		const { received, spent } = this.columns();
		const figure = (column: number): Amount => readFigure(row, column) ?? ZERO;
		return { received: figure(received), spent: figure(spent) };
	}

	/** Indexes of the columns. Found only when needed: a report without accounts may have no columns. */
	private columns(): Indexes {
		this.indexes ??= findColumns(this.report);
		return this.indexes;
	}

	private checkTotal(row: PlacedRow, accounts: BankFigures[]): void {
		const total = this.readFigures(row);
		for (const column of ['received', 'spent'] as const) {
			const sum = sumAmounts(accounts.map((account) => account[column]));
			if (isSameAmount(total[column], sum)) continue;
			throw new Rejection(
				'cash_does_not_add_up',
				`${row.path}.Cells[${this.columns()[column]}]`,
				`The accounts' ${COLUMNS[column]} adds up to ${plainText(sum)}, but the row "${excerpt(getLabel(row))}" has ${plainText(total[column])}.`,
			);
		}
	}
}

function findColumns({ rows, path }: XeroReport): Indexes {
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
