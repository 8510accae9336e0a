import { z } from 'zod/v4';

import type { RateNeed } from '../../../db/exchange-rates';
import { dayAt, monthAt } from '../../engine/months';
import type { Unsourced } from '../../shared/canonical-rows';
import { daysLookedAt, type Conversion } from '../../shared/conversion';
import { firstDayOf, lastDayOf, plusDays } from '../../shared/dates';
import {
	exchangeFor,
	monthColumns,
	originalMonth,
	type ForeignExchange,
	type MonthColumns,
	type MonthFigures,
} from '../../shared/foreign-exchange';
import { plainText } from '../../shared/money';
import { shaped } from '../../shared/shape';
import type { LooseRecord, Normalised, Normaliser, NormaliseSettings, RawRecord } from '../normaliser';
import { readBankSummary } from './bank-summary';
import { xeroInstant } from './dates';
import { readProfitAndLoss, type SectionTotal } from './profit-and-loss';
import { monthlyFinancialsShape } from './shapes';

const SOURCE_SYSTEM = 'xero';

const monthShape = monthlyFinancialsShape.pick({ month: true });
const replyShape = z.object({ DateTimeUTC: z.unknown() });

/** Where the figures stand in a record. */
const PATHS = { result: 'profitAndLoss', cashFlow: 'bankSummary' };

interface Month extends MonthFigures {
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
		const { columns, fx } = inReportingCurrency(month, raw, settings, conversion);
		const row = financialsRow(month, columns, raw, settings.reportingCurrency, fx);
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

function inReportingCurrency(
	month: Month,
	raw: RawRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): { columns: MonthColumns; fx?: ForeignExchange & MonthColumns } {
	const { currency } = raw.account;
	const nothing = [month.revenue, month.expenses, month.cashFlow].every((amount) => amount.isZero());
	if (currency === settings.reportingCurrency || nothing) return { columns: monthColumns(month, 1, PATHS) };
	const period = { from: currency, to: settings.reportingCurrency, ...periodOf(month.month, raw, settings) };
	const { rate, fx } = exchangeFor(period, conversion, 'account.currency');
	return { columns: monthColumns(month, rate, PATHS), fx: { ...fx, ...originalMonth(month) } };
}

function financialsRow(
	month: Month,
	columns: MonthColumns,
	raw: RawRecord,
	currency: string,
	fx: ForeignExchange | undefined,
): Unsourced<'financials'> {
	return {
		recordDate: lastDayOf(month.month),
		...columns,
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
