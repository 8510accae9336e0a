import { isSameAmount, plainText, sumAmounts, ZERO, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { SectionTotal } from '../financials';
import type { SectionKind } from '../provider';
import { readFigure, isAccountLine, getLabel, plainLabel, XeroReport, type PlacedRow } from './report';
import { isLoss, isNetResult, isSubtotal, classifySection } from './sections';

/** A month's profit and loss, in the organisation's currency. */
export interface ProfitAndLoss {
	revenue: Amount;
	expenses: Amount;
	sections: SectionTotal[];
	unknownProperties: ReadonlySet<string>;
}

/**
 * Sums revenue and expenses from a report's account lines. Checks each section against its own total, and the result
 * against the report's net profit. The operator's Section Map decides about tax below the net profit: as an expense, the
 * result is the net profit after tax; left out, it is the one before tax. Until that is decided the month is rejected,
 * because both are valid.
 * @throws Rejection if something in it is not understood or does not add up
 */
export function readProfitAndLoss(
	reply: Record<string, unknown>,
	path: string,
	sectionMap: ReadonlyMap<string, SectionKind>,
): ProfitAndLoss {
	const report = new XeroReport(reply, path, 'ProfitAndLoss');
	const reading = new ProfitAndLossReading(report, sectionMap);
	reading.readAll();
	const revenue = reading.sumKind('income');
	const expenses = reading.sumKind('expense');
	reading.checkNetResults();
	return { revenue, expenses, sections: reading.sections, unknownProperties: report.unknownProperties };
}

/** The section being read. `kind` is its own, or that of the enclosing section. */
interface SectionContext {
	title: string;
	kind: SectionKind | undefined;
	path: string;
	level: number;
}

/** The content of a section, including its subsections. */
interface Content {
	sum: Amount;
	/** Whether all of it has the same kind, so that the sum must equal the section's total. */
	uniform: boolean;
}

class ProfitAndLossReading {
	/** Each with the total of its own account lines, without its subsections. */
	readonly sections: SectionTotal[] = [];
	/** Each net result with the number of sections before it. */
	private readonly netResults: Array<{ row: PlacedRow; sectionsBefore: number }> = [];
	private hasFigures = false;

	constructor(
		private readonly report: XeroReport,
		private readonly sectionMap: ReadonlyMap<string, SectionKind>,
	) {}

	readAll(): void {
		const context = { title: '', kind: undefined, path: this.report.path, level: 1 };
		// One row at a time, because a net result covers the sections before it.
		for (const row of this.report.rows) this.readRows([row], context);
	}

	sumKind(kind: SectionKind, sections: readonly SectionTotal[] = this.sections): Amount {
		return sumAmounts(sections.filter((section) => section.kind === kind).map(({ total }) => total));
	}

	/**
	 * Checks the result against the report's own net profit, which reveals misread lines. If tax is below it, the net profit
	 * before tax covers the sections above it, and the one after tax covers all sections.
	 */
	checkNetResults(): void {
		if (this.netResults.length === 0 && this.hasFigures) throw resultMissing(this.report.path);
		for (const { row, sectionsBefore } of this.netResults) {
			const printed = readFigure(row, 1);
			if (printed !== undefined) this.checkNetResult(row, printed, sectionsBefore);
			else if (this.hasFigures) throw resultMissing(row.path);
		}
	}

	private checkNetResult(row: PlacedRow, printed: Amount, sectionsBefore: number): void {
		const all = this.accepted(this.sections);
		const accepted = [...all, ...this.accepted(this.sections.slice(0, sectionsBefore))];
		const meant = isLoss(getLabel(row)) ? [printed, printed.negated()] : [printed];
		if (meant.some((one) => accepted.some((other) => isSameAmount(one, other)))) return;
		throw new Rejection('does_not_add_up', row.path, difference(all[0]!, printed, getLabel(row)));
	}

	/** The acceptable results: a section that the operator leaves out may or may not be part of the report's result. */
	private accepted(sections: readonly SectionTotal[]): Amount[] {
		const result = this.sumKind('income', sections).minus(this.sumKind('expense', sections));
		const ignored = this.sumKind('ignore', sections);
		return [result, result.plus(ignored), result.minus(ignored)];
	}

	private noteNetResult(row: PlacedRow): void {
		this.netResults.push({ row, sectionsBefore: this.sections.length });
	}

	private readSection(section: PlacedRow, around: SectionContext): Content {
		const title = (section.Title ?? '').trim();
		const kind = classifySection(title, this.sectionMap) ?? around.kind;
		const context = { title, kind, path: section.path, level: around.level + 1 };
		const content = this.readRows(this.report.readSection(section, context.level), context);
		return { ...content, uniform: content.uniform && kind === around.kind };
	}

	private readRows(rows: PlacedRow[], context: SectionContext): Content {
		const lines = rows.filter((row) => this.isLine(row, context));
		const own = this.sumOfLines(lines, context);
		const inner = rows
			.filter(({ RowType }) => RowType === 'Section')
			.map((row) => this.readSection(row, context));
		const sum = sumAmounts([own, ...inner.map((content) => content.sum)]);
		const uniform = inner.every((content) => content.uniform);
		const totals = rows.filter(({ RowType }) => RowType === 'SummaryRow');
		for (const row of totals) this.checkTotal(row, context, sum, uniform);
		return { sum, uniform };
	}

	/** Whether a row is an account line. Also records net results. */
	private isLine(row: PlacedRow, context: SectionContext): boolean {
		assertOneColumn(row);
		if (row.RowType !== 'Row') return false;
		const label = getLabel(row);
		const alone = context.title === '' && context.kind === undefined;
		if (isAccountLine(row) && !(alone && (isNetResult(label) || isSubtotal(label)))) return true;
		if (isNetResult(label)) this.noteNetResult(row);
		return !alone && !isNetResult(label) && !isSubtotal(label);
	}

	private sumOfLines(lines: PlacedRow[], context: SectionContext): Amount {
		if (lines.length === 0) return ZERO;
		if (context.kind === undefined) throw unknownSection(context);
		const total = sumAmounts(lines.map((line) => this.figure(line)));
		this.sections.push({ title: context.title, kind: context.kind, total });
		return total;
	}

	private figure(line: PlacedRow): Amount {
		const figure = readFigure(line, 1);
		// An account without a figure has no movement in the month. The check of the section's total confirms that.
		if (figure === undefined) return ZERO;
		this.hasFigures = true;
		return figure;
	}

	private checkTotal(row: PlacedRow, context: SectionContext, sum: Amount, uniform: boolean): void {
		if (isNetResult(getLabel(row))) {
			this.noteNetResult(row);
			return;
		}
		const printed = readFigure(row, 1);
		if (printed === undefined) {
			if (!sum.isZero()) throw totalMissing(row, context);
		} else if (context.kind === undefined) this.checkForeignTotal(printed, sum, context);
		else if (uniform && !isSameAmount(printed, sum)) throw sectionDiffers(row, context, sum, printed);
	}

	/** Checks a total in an unknown section that contains no known section. */
	private checkForeignTotal(printed: Amount, sum: Amount, context: SectionContext): void {
		if (context.title !== '' && !printed.isZero() && sum.isZero()) throw unknownSection(context);
	}
}

// With several columns, it is unclear which one is the month.
function assertOneColumn({ Cells, path, RowType }: PlacedRow): void {
	if (RowType === 'Section' || (Cells?.length ?? 0) <= 2) return;
	throw new Rejection(
		'several_columns',
		path,
		'The report has more than one column of figures. Request one month from Xero, without periods, timeframe or tracking.',
	);
}

function unknownSection({ title, path }: SectionContext): Rejection {
	const message = title
		? `The section "${excerpt(title)}" of the profit and loss report is not known. Add it to Section Map in Zixly Transform & Normalize, as income, as an expense or to be left out. The record is then loaded with the next sync.`
		: 'The profit and loss report has account lines outside any titled section. Request it from Xero with standardLayout=true.';
	return new Rejection('unknown_section', path, message);
}

function resultMissing(path: string): Rejection {
	return new Rejection(
		'net_profit_missing',
		path,
		'The report has figures but no net profit to check them against. Request it from Xero with standardLayout=true.',
	);
}

function totalMissing({ path }: PlacedRow, context: SectionContext): Rejection {
	const message = `${nameSection(context)} has figures but no total to check them against. The month is read again with the next sync.`;
	return new Rejection('amount_missing', `${path}.Cells[1]`, message);
}

function sectionDiffers(
	{ path }: PlacedRow,
	context: SectionContext,
	sum: Amount,
	printed: Amount,
): Rejection {
	const message = `The lines of ${nameSection(context)} add up to ${plainText(sum)}, but the report states ${plainText(printed)}. The month is read again with the next sync.`;
	return new Rejection('section_does_not_add_up', path, message);
}

const nameSection = ({ title }: SectionContext): string => (title ? `"${excerpt(title)}"` : 'The report');

function difference(computed: Amount, printed: Amount, label: string): string {
	const by = plainText(computed.minus(printed).abs());
	return (
		`Revenue minus expenses is ${plainText(computed)}, but the report's own ${plainLabel(label)} is ${plainText(printed)}: ` +
		`a difference of ${by}. Compare the report in Xero; the month is read again with the next sync.`
	);
}
