import { z } from 'zod/v4';

import type { RateNeed } from '../../../db/exchange-rates';
import { dayAt, monthAt } from '../../engine/months';
import type { Unsourced } from '../../shared/canonical-rows';
import { daysLookedAt, type Conversion, type ConversionRate } from '../../shared/conversion';
import { firstDayOf, lastDayOf, plusDays } from '../../shared/dates';
import { columnText, plainText, roundedTo, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { shaped } from '../../shared/shape';
import type { LooseRecord, Normalised, Normaliser, NormaliseSettings, RawRecord } from '../normaliser';
import { readBankSummary } from './bank-summary';
import { xeroInstant } from './dates';
import { readProfitAndLoss, type SectionTotal } from './profit-and-loss';
import { monthlyFinancialsShape } from './shapes';

const SOURCE_SYSTEM = 'xero';

const monthShape = monthlyFinancialsShape.pick({ month: true });
const replyShape = z.object({ DateTimeUTC: z.unknown() });

/** A month's figures, all in one currency. */
interface Figures {
	revenue: Amount;
	expenses: Amount;
	cashFlow: Amount;
}

interface Month extends Figures {
	month: string;
	basis: 'accrual' | 'cash';
	sections: SectionTotal[];
	unknownProperties: string[];
}

/** Xero's month: profit and loss and bank summary become one row of `financials`. */
export const monthlyFinancials: Normaliser = {
	ratesNeeded(raw, settings): RateNeed[] {
		const from = raw.account.currency;
		const to = settings.reportingCurrency;
		const month = from === to ? undefined : monthShape.safeParse(raw.record).data?.month;
		if (month === undefined) return [];
		return [{ from, to, ...daysLookedAt(periodOf(month, raw, settings)) }];
	},

	normalise(raw, settings, conversion): Normalised {
		const month = monthOf(raw.record, settings);
		const { figures, fx } = inReportingCurrency(month, raw, settings, conversion);
		const row = financialsRow(month, figures, raw, settings.reportingCurrency, fx);
		const { id, name } = raw.account;
		const client = { externalId: id, clientName: name, industry: null };
		return { rows: [{ table: 'financials', client, row }], unknownProperties: month.unknownProperties };
	},

	complete({ record, period, now }: LooseRecord) {
		const month = record.month ?? period;
		if (month === '') throw new Error('The item has no month. Fill in Period, as YYYY-MM.');
		const completed = { basis: 'accrual', ...record, month };
		return { recordId: String(month), fetchedAt: printedAt(record) ?? now, record: completed };
	},
};

/** When Xero answered: a reply that was kept since then still says what was known at that time. */
function printedAt({ profitAndLoss }: Record<string, unknown>): string | undefined {
	const reply = replyShape.safeParse(profitAndLoss);
	return xeroInstant(reply.data?.DateTimeUTC);
}

function monthOf(record: unknown, { sectionMap }: NormaliseSettings): Month {
	const { month, basis, ...replies } = shaped(monthlyFinancialsShape, record, '');
	const profitAndLoss = readProfitAndLoss(replies.profitAndLoss, 'profitAndLoss', sectionMap);
	const bankSummary = readBankSummary(replies.bankSummary, 'bankSummary');
	const { revenue, expenses, sections } = profitAndLoss;
	const unknownProperties = [...profitAndLoss.unknownProperties, ...bankSummary.unknownProperties];
	return { month, basis, revenue, expenses, sections, cashFlow: bankSummary.cashFlow, unknownProperties };
}

function periodOf(month: string, { account, fetchedAt }: RawRecord, { maxRateAgeDays }: NormaliseSettings) {
	const today = dayAt(new Date(fetchedAt), account.timezone);
	return { firstDay: firstDayOf(month), lastDay: lastDayOf(month), today, maxAgeDays: maxRateAgeDays };
}

/** How a month was converted, with what it was before. */
interface ForeignExchange {
	currency: string;
	revenue: string;
	expenses: string;
	netProfit: string;
	cashFlow: string;
	rate: string;
	rateDate: string;
	rateDays: number;
	method: ConversionRate['method'];
	quotation: ConversionRate['quotation'];
	source: string;
}

function inReportingCurrency(
	month: Month,
	raw: RawRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): { figures: Figures; fx?: ForeignExchange } {
	const { currency } = raw.account;
	const nothing = [month.revenue, month.expenses, month.cashFlow].every((amount) => amount.isZero());
	if (currency === settings.reportingCurrency || nothing) return { figures: month };
	const period = { from: currency, to: settings.reportingCurrency, ...periodOf(month.month, raw, settings) };
	const found = conversion.rateFor(period);
	if (!found) throw rateMissing(period);
	const convert = (amount: Amount): Amount => amount.times(found.rate);
	const figures = {
		revenue: convert(month.revenue),
		expenses: convert(month.expenses),
		cashFlow: convert(month.cashFlow),
	};
	return { figures, fx: foreignExchange(month, currency, found) };
}

function foreignExchange(month: Figures, currency: string, found: ConversionRate): ForeignExchange {
	const { rate, date, days, method, quotation, source } = found;
	return {
		currency,
		revenue: plainText(month.revenue),
		expenses: plainText(month.expenses),
		netProfit: plainText(month.revenue.minus(month.expenses)),
		cashFlow: plainText(month.cashFlow),
		rate: rate.toFixed(),
		rateDate: date,
		rateDays: days,
		method,
		quotation,
		source,
	};
}

function rateMissing(period: {
	from: string;
	to: string;
	lastDay: string;
	today: string;
	maxAgeDays: number;
}) {
	const day = period.lastDay < period.today ? period.lastDay : period.today;
	return new Rejection(
		'rate_missing',
		'account.currency',
		`There is no exchange rate from ${period.from} to ${period.to} of the ${period.maxAgeDays} days up to ${day}. ` +
			'Load the rates into etl.exchange_rates, and see that the node has the Zixly Postgres credential to read them with; the record is taken with the next sync.',
	);
}

function financialsRow(
	month: Month,
	figures: Figures,
	raw: RawRecord,
	currency: string,
	fx: ForeignExchange | undefined,
): Unsourced<'financials'> {
	// Rounded first, so that the three columns agree to the cent.
	const revenue = roundedTo(figures.revenue, 2);
	const expenses = roundedTo(figures.expenses, 2);
	return {
		recordDate: lastDayOf(month.month),
		revenue: columnText(revenue, 2, 'profitAndLoss'),
		expenses: columnText(expenses, 2, 'profitAndLoss'),
		netProfit: columnText(revenue.minus(expenses), 2, 'profitAndLoss'),
		cashFlow: columnText(figures.cashFlow, 2, 'bankSummary'),
		currency,
		sourceSystem: SOURCE_SYSTEM,
		externalId: `pnl:${raw.account.id}:${month.month}:${month.basis}`,
		metadata: metadataOf(month, raw, fx),
	};
}

/** Nothing in it changes from one reading to the next by itself, such as the time the report was printed at. */
function metadataOf(month: Month, { account, fetchedAt }: RawRecord, fx: ForeignExchange | undefined) {
	const partial = isRunning(month.month, fetchedAt, account.timezone);
	return {
		basis: month.basis,
		booksCurrency: account.currency,
		sections: month.sections.map(({ title, kind, total }) => ({ title, kind, total: plainText(total) })),
		...(partial && { partial }),
		...(fx && { fx }),
	};
}

/** Whether a month had not ended yet at an instant. */
function isRunning(month: string, instant: string, zone: string): boolean {
	// Local days differ from UTC's by one at most, and asking for a zone takes long with many records.
	const endedEverywhere = plusDays(lastDayOf(month), 1) < instant.slice(0, 10);
	return !endedEverywhere && month >= monthAt(new Date(instant), zone);
}
