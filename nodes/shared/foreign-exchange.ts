import type { Conversion, ConversionPeriod, ConversionRate } from './conversion';
import type { Day } from './dates';
import { columnText, plainText, roundedTo, type Amount } from './money';
import { rateMissing } from './missing-rate';

/**
 * How a row's amounts were converted. Together with the original amounts this is `metadata.fx`: the row's figures are
 * those amounts times `rate`. With another rate for the same days the row can be recomputed without a sync.
 */
export interface ForeignExchange {
	/** Of the original amounts. */
	currency: string;
	/** Of the row's amounts. */
	reportingCurrency: string;
	/** The period of the mean rate; a single day for the value of a deal. */
	firstDay: Day;
	lastDay: Day;
	maxAgeDays: number;
	/** 20 significant digits. */
	rate: string;
	/** The day of the newest published rate in it. */
	rateDate: Day;
	/** The number of daily rates in the mean. */
	rateDays: number;
	method: ConversionRate['method'];
	quotation: ConversionRate['quotation'];
	source: string;
}

/** A month's figures, all in one currency. */
export interface MonthFigures {
	revenue: Amount;
	expenses: Amount;
	cashFlow: Amount;
}

/** The paths of a month's figures in its record, for a rejection. */
export type FigurePaths = Record<'result' | 'cashFlow', string>;

/** The amounts of a row of `financials`, as decimal text. */
export type MonthColumns = Record<'revenue' | 'expenses' | 'netProfit' | 'cashFlow', string>;

/**
 * The rate for a period's figures, with the description of it that is stored.
 * @param path where the record states its currency
 * @throws Rejection `rate_missing` if there is none that is recent enough
 */
export function findExchange(
	period: ConversionPeriod,
	conversion: Conversion,
	path: string,
): { rate: Amount; fx: ForeignExchange } {
	const found = conversion.findRate(period);
	if (!found) throw rateMissing(period, conversion, path);
	const { firstDay, lastDay, maxAgeDays } = period;
	const { rate, date, days, method, quotation, source } = found;
	const fx: ForeignExchange = {
		currency: period.from,
		reportingCurrency: period.to,
		firstDay,
		lastDay,
		maxAgeDays,
		rate: rate.toFixed(),
		rateDate: date,
		rateDays: days,
		method,
		quotation,
		source,
	};
	return { rate, fx };
}

/**
 * A month's figures as stored in its columns, at a rate (1 if nothing is converted).
 * @throws Rejection `numeric_out_of_range`
 */
export function monthColumns(figures: MonthFigures, rate: Amount | 1, paths: FigurePaths): MonthColumns {
	// Rounded first, so that the three columns agree to the cent.
	const revenue = roundedTo(figures.revenue.times(rate), 2);
	const expenses = roundedTo(figures.expenses.times(rate), 2);
	return {
		revenue: columnText(revenue, 2, paths.result),
		expenses: columnText(expenses, 2, paths.result),
		netProfit: columnText(revenue.minus(expenses), 2, paths.result),
		cashFlow: columnText(figures.cashFlow.times(rate), 2, paths.cashFlow),
	};
}

/** A month's figures before conversion, as stored in `metadata.fx`. */
export function originalMonth({ revenue, expenses, cashFlow }: MonthFigures): MonthColumns {
	return {
		revenue: plainText(revenue),
		expenses: plainText(expenses),
		netProfit: plainText(revenue.minus(expenses)),
		cashFlow: plainText(cashFlow),
	};
}
