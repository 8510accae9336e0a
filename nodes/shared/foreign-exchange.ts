import { daysLookedAt, type Conversion, type ConversionPeriod, type ConversionRate } from './conversion';
import { isDay, plusDays, type Day } from './dates';
import { columnText, plainText, roundedTo, type Amount } from './money';
import { Rejection } from './rejection';

/**
 * How a row's amounts were converted. With the original amounts beside it this is `metadata.fx`: the row's figures are
 * those amounts times `rate`, and another rate for the same days gives the row as a new sync would.
 */
export interface ForeignExchange {
	/** Of the original amounts. */
	currency: string;
	/** Of the row's amounts. */
	reportingCurrency: string;
	/** The days whose mean rate was asked for; one day for the value of a deal. */
	firstDay: Day;
	lastDay: Day;
	maxAgeDays: number;
	/** 20 significant digits. */
	rate: string;
	/** The day of the newest published rate in it. */
	rateDate: Day;
	/** Of how many daily rates it is the mean. */
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

/** Where a month's figures stand in its record, for a rejection. */
export type FigurePaths = Record<'result' | 'cashFlow', string>;

/** The amounts of a row of `financials`, as decimal text. */
export type MonthColumns = Record<'revenue' | 'expenses' | 'netProfit' | 'cashFlow', string>;

/**
 * The rate for a period's figures, with what is kept of it.
 * @param path where the record says its currency
 * @throws Rejection `rate_missing` where there is none that is recent enough
 */
export function exchangeFor(
	period: ConversionPeriod,
	conversion: Conversion,
	path: string,
): { rate: Amount; fx: ForeignExchange } {
	const found = conversion.rateFor(period);
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

/** A month's figures at a rate (1 where nothing is converted), as its columns hold them. @throws Rejection `numeric_out_of_range` */
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

/** A month's figures before they were converted, as `metadata.fx` keeps them. */
export function originalMonth({ revenue, expenses, cashFlow }: MonthFigures): MonthColumns {
	return {
		revenue: plainText(revenue),
		expenses: plainText(expenses),
		netProfit: plainText(revenue.minus(expenses)),
		cashFlow: plainText(cashFlow),
	};
}

function rateMissing(period: ConversionPeriod, conversion: Conversion, path: string): Rejection {
	const { from, to, firstDay, lastDay, maxAgeDays } = period;
	const { lastDay: newest } = daysLookedAt(period);
	const figures = firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`;
	return new Rejection(
		'rate_missing',
		path,
		`There is no exchange rate from ${from} to ${to} for ${figures}: none of the ${maxAgeDays} days up to ${newest}. ` +
			remedyFor(period, newest, conversion),
	);
}

const LOAD =
	'Load the rates (workflow Zixly Exchange Rates), and see that the node has the Zixly Postgres credential to read them with; the record is taken with the next sync.';

/** What to do: loading helps only where a bank may still have the rate. */
function remedyFor(period: ConversionPeriod, newest: Day, conversion: Conversion): string {
	const oldest = plusDays(newest, -period.maxAgeDays);
	const ended = [period.from, period.to].flatMap((currency) => endOf(currency, oldest, conversion));
	if (ended.length === 0) return LOAD;
	const { from, to } = period;
	return `${ended.join(' ')} Import rates of your own (Zixly Database, Exchange Rate: Import) from ${from} to ${to}, one at least for every ${period.maxAgeDays} days, and replay the record.`;
}

/** In words, where every source of a currency stopped before the days that count. */
function endOf(currency: string, oldest: Day, conversion: Conversion): string[] {
	const until = conversion.publishedUntil(currency);
	if (until.length === 0 || until.some(({ day }) => day >= oldest)) return [];
	return [
		until.map(({ source, day }) => `The source ${source} has no rate of ${currency} after ${day}.`).join(' '),
	];
}

/** The rates that a record lacked. */
export interface MissingRate {
	from: string;
	to: string;
	firstDay: Day;
	lastDay: Day;
	maxAgeDays: number;
}

const MISSING =
	/ from ([A-Z]{3}) to ([A-Z]{3}) for (\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?: none of the (\d+) days /;

/** What a `rate_missing` rejection asks for, read from its message; undefined for another text. */
export function missingRateIn(message: string): MissingRate | undefined {
	const [, from, to, firstDay, lastDay, days] = MISSING.exec(message) ?? [];
	if (!from || !to || !firstDay || !days) return undefined;
	const missing = { from, to, firstDay, lastDay: lastDay ?? firstDay, maxAgeDays: Number(days) };
	return isDay(missing.firstDay) && isDay(missing.lastDay) ? missing : undefined;
}
