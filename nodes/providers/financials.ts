import { z } from 'zod/v4';

import { ExplainedError } from '../../db/postgres/explained-error';
import type { RateNeed } from '../../db/rates/read';
import { toDay, toMonth } from '../shared/months';
import { getLookupDays, type Conversion } from '../shared/conversion';
import { getFirstDay, getLastDay, plusDays } from '../shared/dates';
import {
	findExchange,
	monthColumns,
	originalMonth,
	type FigurePaths,
	type ForeignExchange,
	type MonthColumns,
	type MonthFigures,
} from '../shared/foreign-exchange';
import { plainText, type Amount } from '../shared/money';
import { accountClient } from './account-facts';
import type { CanonicalRow, LooseRecord, NormaliseSettings, RawRecord, SectionKind } from './provider';

/** The fields that every provider's monthly record begins with. */
export const monthHeadSchema = z.object({
	month: z.string().regex(/^(?!0000)\d{4}-(?:0[1-9]|1[0-2])$/, 'is not a month as YYYY-MM'),
	basis: z.enum(['accrual', 'cash'], { error: 'is neither "accrual" nor "cash"' }),
});

/** The total of one section of a profit and loss. */
export interface SectionTotal {
	title: string;
	kind: SectionKind;
	total: Amount;
}

/** A month's figures as read from a provider, in the account's currency. */
export interface FinancialMonth extends z.infer<typeof monthHeadSchema>, MonthFigures {
	sections: readonly SectionTotal[];
}

/** The provider of the figures, and where they are in its records. */
export interface FinancialSource {
	/** The provider's key. */
	sourceSystem: string;
	/** Paths of the figures in a record. */
	paths: FigurePaths;
}

/** The exchange rates that a month may need. Never throws: normalising reports what is wrong with the record. */
export function monthRatesNeeded(raw: RawRecord, settings: NormaliseSettings): RateNeed[] {
	const from = raw.account.currency;
	const to = settings.reportingCurrency;
	const month = from === to ? undefined : monthHeadSchema.pick({ month: true }).safeParse(raw.record);
	if (!month?.success) return [];
	return [{ from, to, ...getLookupDays(getConversionPeriod(month.data.month, raw, settings)) }];
}

/**
 * Converts a month's figures to a row of `financials`.
 * @throws Rejection `rate_missing` if they cannot be converted, `numeric_out_of_range` if they do not fit the columns
 */
export function financialsRow(
	month: FinancialMonth,
	{ sourceSystem, paths }: FinancialSource,
	raw: RawRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): CanonicalRow<'financials'> {
	const { columns, fx } = inReportingCurrency(month, paths, raw, settings, conversion);
	return {
		table: 'financials',
		client: accountClient(raw.account),
		row: {
			recordDate: getLastDay(month.month),
			...columns,
			currency: settings.reportingCurrency,
			sourceSystem,
			externalId: `pnl:${raw.account.id}:${month.month}:${month.basis}`,
			metadata: buildMetadata(month, raw, fx),
		},
	};
}

/** Completes a record that may lack its month. @throws Error if neither the record nor Period has it */
export function completeMonth({ record, period }: LooseRecord): { recordId: string; record: object } {
	const month = record.month ?? period;
	if (month === '') throw new ExplainedError('The item has no month.', 'Fill in Period, as YYYY-MM.');
	return { recordId: String(month), record: { basis: 'accrual', ...record, month } };
}

function getConversionPeriod(
	month: string,
	{ account, fetchedAt }: RawRecord,
	{ maxRateAgeDays }: NormaliseSettings,
) {
	const today = toDay(new Date(fetchedAt), account.timezone);
	return { firstDay: getFirstDay(month), lastDay: getLastDay(month), today, maxAgeDays: maxRateAgeDays };
}

function inReportingCurrency(
	month: FinancialMonth,
	paths: FigurePaths,
	raw: RawRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): { columns: MonthColumns; fx?: ForeignExchange & MonthColumns } {
	const { currency } = raw.account;
	const nothing = [month.revenue, month.expenses, month.cashFlow].every((amount) => amount.isZero());
	if (currency === settings.reportingCurrency || nothing) return { columns: monthColumns(month, 1, paths) };
	const period = {
		from: currency,
		to: settings.reportingCurrency,
		...getConversionPeriod(month.month, raw, settings),
	};
	const { rate, fx } = findExchange(period, conversion, 'account.currency');
	return { columns: monthColumns(month, rate, paths), fx: { ...fx, ...originalMonth(month) } };
}

/** Holds nothing that changes between fetches of unchanged figures, such as the report's print time. */
function buildMetadata(
	month: FinancialMonth,
	{ account, fetchedAt }: RawRecord,
	fx: ForeignExchange | undefined,
) {
	const partial = isRunning(month.month, fetchedAt, account.timezone);
	return {
		basis: month.basis,
		booksCurrency: account.currency,
		sections: month.sections.map(({ title, kind, total }) => ({ title, kind, total: plainText(total) })),
		...(partial && { partial }),
		...(fx && { fx }),
	};
}

/** Whether a month had not yet ended at an instant. */
function isRunning(month: string, instant: string, zone: string): boolean {
	// Local days differ from UTC days by at most one, and time zone lookups are slow for many records.
	const endedEverywhere = plusDays(getLastDay(month), 1) < instant.slice(0, 10);
	return !endedEverywhere && month >= toMonth(new Date(instant), zone);
}
