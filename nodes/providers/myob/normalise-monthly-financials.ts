import { parseAs } from '../../shared/shape';
import { completeMonth, financialsRow, monthRatesNeeded, type FinancialMonth } from '../financials';
import type { Normalised, Normaliser, NormaliseSettings } from '../provider';
import { resultLines, sumSections, sumOfKind } from './profit-and-loss';
import { readActivities, computeCashFlow, checkAgainstRegister } from './register-check';
import { breakdownSchema, monthlyFinancialsSchema, reportSchema, type MonthRecord } from './schemas';

const SOURCE = { sourceSystem: 'myob', paths: { result: 'profitAndLoss', cashFlow: 'register' } };

/** Turns a month's profit and loss by account, and the bank accounts' register, into one row of `financials`. */
export const monthlyFinancials: Normaliser = {
	ratesNeeded: monthRatesNeeded,

	normalise(raw, settings, conversion): Normalised {
		const record = parseAs(monthlyFinancialsSchema, raw.record, '');
		const row = financialsRow(toFinancialMonth(record, settings), SOURCE, raw, settings, conversion);
		return { rows: [row], unknownProperties: findUnknownFields(raw.record as MonthRecord) };
	},

	complete(loose) {
		return { ...completeMonth(loose), fetchedAt: loose.now };
	},
};

function toFinancialMonth(record: MonthRecord, { sectionMap }: NormaliseSettings): FinancialMonth {
	const lines = resultLines(record);
	const sections = sumSections(lines, sectionMap);
	const activities = readActivities(record);
	checkAgainstRegister(lines, record, activities);
	return {
		...{ month: record.month, basis: record.basis, sections },
		revenue: sumOfKind(sections, 'income'),
		expenses: sumOfKind(sections, 'expense'),
		cashFlow: computeCashFlow(record, activities),
	};
}

const REPORT = new Set(Object.keys(reportSchema.shape));
const LINE = new Set(Object.keys(breakdownSchema.shape));

/** The report's unknown properties, without duplicates. The rest of the record is built by Extract. */
function findUnknownFields({ profitAndLoss }: MonthRecord): string[] {
	const lines = (profitAndLoss.AccountsBreakdown ?? []).flatMap((line) => Object.keys(line));
	return [
		...Object.keys(profitAndLoss).filter((key) => !REPORT.has(key)),
		...new Set(lines.filter((key) => !LINE.has(key)).map((key) => `AccountsBreakdown.${key}`)),
	];
}
