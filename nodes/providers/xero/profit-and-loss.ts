import { plainText, sumAmounts, ZERO, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { SectionTotal } from '../financials';
import type { SectionKind } from '../normaliser';
import { readFigure, isAccountLine, getLabel, plainLabel, XeroReport, type PlacedRow } from './report';
import { isLoss, isNetResult, isSubtotal, classifySection } from './sections';

/** A month's profit and loss, in the currency of the books. */
export interface ProfitAndLoss {
	revenue: Amount;
	expenses: Amount;
	sections: SectionTotal[];
	unknownProperties: ReadonlySet<string>;
}

/** What rounding may make of a sum. */
export const TOLERANCE = '0.01';

/**
 * Reads revenue and expenses out of a report's account lines, each section checked against its own total and all of
 * it against the report's net profit. Tax below the net profit is what the operator's Section Map says of it: an expense,
 * so that the net profit is the one after tax, or left out, so that it is the one before; until then the month is
 * rejected, since both are right and nobody can tell which is meant.
 * @throws Rejection where something in it is not understood or does not add up
 */
export function readProfitAndLoss(
	reply: Record<string, unknown>,
	path: string,
	sectionMap: ReadonlyMap<string, SectionKind>,
): ProfitAndLoss {
	const report = new XeroReport(reply, path, 'ProfitAndLoss');
	const reading = new Reading(report, sectionMap);
	reading.readAll();
	const revenue = reading.sumKind('income');
	const expenses = reading.sumKind('expense');
	reading.checkNetResults();
	return { revenue, expenses, sections: reading.sections, unknownProperties: report.unknownProperties };
}

/** A section while it is read; `kind` is its own or the one of the section around it. */
interface Place {
	title: string;
	kind: SectionKind | undefined;
	path: string;
	level: number;
}

/** What stands in a section and in those within it. */
interface Content {
	sum: Amount;
	/** Whether all of it counts as the same, so that it must equal the section's total. */
	uniform: boolean;
}

class Reading {
	/** Each with the sum of its own account lines; those of sections within it stand apart. */
	readonly sections: SectionTotal[] = [];
	/** With how many sections stood before each. */
	private readonly netResults: Array<{ row: PlacedRow; sectionsBefore: number }> = [];
	private hasFigures = false;

	constructor(
		private readonly report: XeroReport,
		private readonly sectionMap: ReadonlyMap<string, SectionKind>,
	) {}

	readAll(): void {
		const place = { title: '', kind: undefined, path: this.report.path, level: 1 };
		// One by one: what a result is of are the sections before it.
		for (const row of this.report.rows) this.readRows([row], place);
	}

	sumKind(kind: SectionKind, sections: readonly SectionTotal[] = this.sections): Amount {
		return sumAmounts(sections.filter((section) => section.kind === kind).map(({ total }) => total));
	}

	/**
	 * The report's own net profit is what tells whether anything was misread. Where tax stands below it, the one before
	 * tax is of the sections above it, and the one after tax of all.
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
		if (meant.some((one) => accepted.some((other) => isSame(one, other)))) return;
		throw new Rejection('does_not_add_up', row.path, difference(all[0]!, printed, getLabel(row)));
	}

	/** A section that the operator leaves out may or may not be part of the report's own result. */
	private accepted(sections: readonly SectionTotal[]): Amount[] {
		const result = this.sumKind('income', sections).minus(this.sumKind('expense', sections));
		const ignored = this.sumKind('ignore', sections);
		return [result, result.plus(ignored), result.minus(ignored)];
	}

	private noteNetResult(row: PlacedRow): void {
		this.netResults.push({ row, sectionsBefore: this.sections.length });
	}

	private readSection(section: PlacedRow, around: Place): Content {
		const title = (section.Title ?? '').trim();
		const kind = classifySection(title, this.sectionMap) ?? around.kind;
		const place = { title, kind, path: section.path, level: around.level + 1 };
		const content = this.readRows(this.report.readSection(section, place.level), place);
		return { ...content, uniform: content.uniform && kind === around.kind };
	}

	private readRows(rows: PlacedRow[], place: Place): Content {
		const lines = rows.filter((row) => this.isLine(row, place));
		const own = this.sumOfLines(lines, place);
		const inner = rows
			.filter(({ RowType }) => RowType === 'Section')
			.map((row) => this.readSection(row, place));
		const sum = sumAmounts([own, ...inner.map((content) => content.sum)]);
		const uniform = inner.every((content) => content.uniform);
		const totals = rows.filter(({ RowType }) => RowType === 'SummaryRow');
		for (const row of totals) this.checkTotal(row, place, sum, uniform);
		return { sum, uniform };
	}

	/** Sorts out what is no account's line, and notes the net profit on the way. */
	private isLine(row: PlacedRow, place: Place): boolean {
		assertOneColumn(row);
		if (row.RowType !== 'Row') return false;
		const label = getLabel(row);
		const alone = place.title === '' && place.kind === undefined;
		if (isAccountLine(row) && !(alone && (isNetResult(label) || isSubtotal(label)))) return true;
		if (isNetResult(label)) this.noteNetResult(row);
		return !alone && !isNetResult(label) && !isSubtotal(label);
	}

	private sumOfLines(lines: PlacedRow[], place: Place): Amount {
		if (lines.length === 0) return ZERO;
		if (place.kind === undefined) throw unknownSection(place);
		const total = sumAmounts(lines.map((line) => this.figure(line)));
		this.sections.push({ title: place.title, kind: place.kind, total });
		return total;
	}

	private figure(line: PlacedRow): Amount {
		const figure = readFigure(line, 1);
		// An account without a figure has no movement in the month; the section's total tells if it was one.
		if (figure === undefined) return ZERO;
		this.hasFigures = true;
		return figure;
	}

	private checkTotal(row: PlacedRow, place: Place, sum: Amount, uniform: boolean): void {
		if (isNetResult(getLabel(row))) {
			this.noteNetResult(row);
			return;
		}
		const printed = readFigure(row, 1);
		if (printed === undefined) {
			if (!sum.isZero()) throw totalMissing(row, place);
		} else if (place.kind === undefined) this.checkForeignTotal(printed, sum, place);
		else if (uniform && !isSame(printed, sum)) throw sectionDiffers(row, place, sum, printed);
	}

	/** A total in a section that nobody knows, and that holds nothing of what is known. */
	private checkForeignTotal(printed: Amount, sum: Amount, place: Place): void {
		if (place.title !== '' && !printed.isZero() && sum.isZero()) throw unknownSection(place);
	}
}

// With several columns it would be a guess which one is the month.
function assertOneColumn({ Cells, path, RowType }: PlacedRow): void {
	if (RowType === 'Section' || (Cells?.length ?? 0) <= 2) return;
	throw new Rejection(
		'several_columns',
		path,
		'The report has more than one column of figures. Ask Xero for one month, without periods, timeframe or tracking.',
	);
}

function unknownSection({ title, path }: Place): Rejection {
	const message = title
		? `The section "${excerpt(title)}" of the profit and loss report is not known. Add it to Section Map in Zixly Transform & Normalize, as income, as an expense or to be left out; the record is then taken with the next sync.`
		: 'The profit and loss report has account lines outside any section with a title. Ask Xero for it with standardLayout=true.';
	return new Rejection('unknown_section', path, message);
}

function resultMissing(path: string): Rejection {
	return new Rejection(
		'net_profit_missing',
		path,
		'The report has figures but no net profit to check them against. Ask Xero for it with standardLayout=true.',
	);
}

function totalMissing({ path }: PlacedRow, place: Place): Rejection {
	const message = `${named(place)} has figures but no total to check them against. The month is read again with the next sync.`;
	return new Rejection('amount_missing', `${path}.Cells[1]`, message);
}

function sectionDiffers({ path }: PlacedRow, place: Place, sum: Amount, printed: Amount): Rejection {
	const message = `The lines of ${named(place)} add up to ${plainText(sum)}, and the report says ${plainText(printed)}. The month is read again with the next sync.`;
	return new Rejection('section_does_not_add_up', path, message);
}

const named = ({ title }: Place): string => (title ? `"${excerpt(title)}"` : 'The report');

function difference(computed: Amount, printed: Amount, label: string): string {
	const by = plainText(computed.minus(printed).abs());
	return (
		`Revenue less expenses is ${plainText(computed)}, and the report's own ${plainLabel(label)} is ${plainText(printed)}: ` +
		`a difference of ${by}. Compare the report in Xero; the month is read again with the next sync.`
	);
}

/** Equal but for rounding. */
export function isSame(a: Amount, b: Amount): boolean {
	return a.minus(b).abs().lte(TOLERANCE);
}
