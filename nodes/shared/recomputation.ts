import { z } from 'zod/v4';

import type { Conversion, ConversionPeriod } from './conversion';
import { isDay, type Day } from './dates';
import { findExchange, monthColumns } from './foreign-exchange';
import { toAmount, columnText, type Amount } from './money';
import { catchRejection, Rejection } from './rejection';

const currency = z.string().regex(/^[A-Z]{3}$/);
const day = z.string().refine(isDay);
const decimal = z.string().regex(/^-?\d{1,40}(\.\d{1,40})?$/);

/** `metadata.fx` of a row that was converted with published rates; a document's own rate has another `method`. */
const exchangeSchema = z.object({
	currency,
	reportingCurrency: currency,
	firstDay: day,
	lastDay: day,
	maxAgeDays: z.int().min(0).max(366),
	rate: z.string(),
	rateDate: z.string(),
	rateDays: z.int(),
	method: z.enum(['mean', 'latest']),
	quotation: z.string(),
	source: z.string(),
});

/** The same with the original amounts of a month or of a deal. */
const recomputableSchema = z.union([
	exchangeSchema.extend({ revenue: decimal, expenses: decimal, cashFlow: decimal }),
	exchangeSchema.extend({ value: decimal }),
]);

type Exchange = z.infer<typeof exchangeSchema>;

/** A row's amounts by property, with the `metadata.fx` that they result from. */
export interface RecomputedAmounts {
	amounts: Record<string, string>;
	fx: object;
}

/** The period whose rates a row's amounts depend on; undefined if they do not depend on published rates. */
export function parseConversion(fx: unknown, today: Day): ConversionPeriod | undefined {
	const { data } = exchangeSchema.safeParse(fx);
	return data && toPeriod(data, today);
}

/**
 * Recomputes a row's amounts from the original amounts in its `metadata.fx`; undefined if they do not change. The result
 * is the row that a sync today would write, provided that the figures at the provider have not changed.
 * @returns a Rejection if the new amounts do not fit their columns
 */
export function recomputeAmounts(
	fx: unknown,
	conversion: Conversion,
	today: Day,
): RecomputedAmounts | Rejection | undefined {
	const original = recomputableSchema.safeParse(fx).data;
	if (!original || !conversion.findRate(toPeriod(original, today))) return undefined;
	const { rate, fx: exchanged } = findExchange(toPeriod(original, today), conversion, 'fx');
	const same = Object.entries(exchanged).every(([name, value]) => original[name as keyof Exchange] === value);
	if (same) return undefined;
	return catchRejection(() => ({
		amounts: convertAmounts(original, rate),
		fx: { ...(fx as object), ...exchanged },
	}));
}

function convertAmounts(original: z.infer<typeof recomputableSchema>, rate: Amount): Record<string, string> {
	if ('value' in original) return { value: columnText(toAmount(original.value).times(rate), 2, 'value') };
	const figures = {
		revenue: toAmount(original.revenue),
		expenses: toAmount(original.expenses),
		cashFlow: toAmount(original.cashFlow),
	};
	return monthColumns(figures, rate, { result: 'revenue', cashFlow: 'cashFlow' });
}

function toPeriod(
	{ currency: from, reportingCurrency: to, firstDay, lastDay, maxAgeDays }: Exchange,
	today: Day,
): ConversionPeriod {
	return { from, to, firstDay, lastDay, maxAgeDays, today };
}
