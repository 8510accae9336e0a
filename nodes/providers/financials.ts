import { z } from 'zod/v4';

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
import { accountClient } from './account-client';
import type { CanonicalRow, LooseRecord, NormaliseSettings, RawRecord, SectionKind } from './normaliser';

/** What every record of a month's figures says of itself, whoever the provider is. */
export const monthHeadShape = z.object({
	month: z.string().regex(/^(?!0000)\d{4}-(?:0[1-9]|1[0-2])$/, 'is not a month as YYYY-MM'),
	basis: z.enum(['accrual', 'cash'], { error: 'is neither "accrual" nor "cash"' }),
});

/** The sum of what stands under one title of a profit and loss. */
export interface SectionTotal {
	title: string;
	kind: SectionKind;
	total: Amount;
}

/** A month's figures as read from a provider, in the currency of the books. */
export interface FinancialMonth extends z.infer<typeof monthHeadShape>, MonthFigures {
	sections: readonly SectionTotal[];
}

/** Where the figures come from. */
export interface FinancialSource {
	/** The provider's key. */
	sourceSystem: string;
	/** Where the figures stand in a record. */
	paths: FigurePaths;
}

/** The rates that a month's figures may need. Never throws: what is wrong with the record comes out later. */
export function monthRatesNeeded(raw: RawRecord, settings: NormaliseSettings): RateNeed[] {
	const from = raw.account.currency;
	const to = settings.reportingCurrency;
	const month = from === to ? undefined : monthHeadShape.pick({ month: true }).safeParse(raw.record);
	if (!month?.success) return [];
	return [{ from, to, ...getLookupDays(getConversionPeriod(month.data.month, raw, settings)) }];
}

/**
 * A month's figures as the row of `financials` that they become.
 * @throws Rejection `rate_missing` where they cannot be converted, `numeric_out_of_range` where they do not fit
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

/** Completes a record that has its figures but perhaps no month. @throws Error where no one says which month it is */
export function completeMonth({ record, period }: LooseRecord): { recordId: string; record: object } {
	const month = record.month ?? period;
	if (month === '') throw new Error('The item has no month. Fill in Period, as YYYY-MM.');
	return { recordId: String(month), record: { basis: 'accrual', ...record, month } };
}

function getConversionPeriod(month: string, { account, fetchedAt }: RawRecord, { maxRateAgeDays }: NormaliseSettings) {
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
	const period = { from: currency, to: settings.reportingCurrency, ...getConversionPeriod(month.month, raw, settings) };
	const { rate, fx } = findExchange(period, conversion, 'account.currency');
	return { columns: monthColumns(month, rate, paths), fx: { ...fx, ...originalMonth(month) } };
}

/** Nothing in it changes from one reading to the next by itself, such as the time the report was printed at. */
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

/** Whether a month had not ended yet at an instant. */
function isRunning(month: string, instant: string, zone: string): boolean {
	// Local days differ from UTC's by one at most, and asking for a zone takes long with many records.
	const endedEverywhere = plusDays(getLastDay(month), 1) < instant.slice(0, 10);
	return !endedEverywhere && month >= toMonth(new Date(instant), zone);
}
