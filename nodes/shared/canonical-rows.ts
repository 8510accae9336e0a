import { z } from 'zod/v4';

import { isDay } from './dates';
import { amountOf } from './money';

const day = z.string().refine(isDay, 'is not a date as YYYY-MM-DD');
const text = z.string().min(1, 'is empty');
/** A decimal that numeric(12,2) takes as it is. */
const money = z.string().regex(/^-?\d{1,10}\.\d\d$/, 'is not an amount with two decimal places');

/** Where a row comes from. It never makes an unchanged row look changed. */
const source = z.object({
	version: z.string().optional(),
	recordId: z.string(),
	stream: z.string(),
	accountId: z.string(),
	syncRunId: z.string().nullable(),
});

const metadata = z.looseObject({ _src: source });

/** A row of `financials`: one account's month. Amounts are decimal text, in `currency`. */
const financialsRow = z
	.object({
		recordDate: day,
		revenue: money,
		expenses: money,
		netProfit: money,
		cashFlow: money,
		currency: z.string().regex(/^[A-Z]{3}$/, 'is not a currency of three capital letters'),
		sourceSystem: text,
		externalId: text,
		metadata,
	})
	.refine(
		({ revenue, expenses, netProfit }) => amountOf(revenue).minus(expenses).eq(netProfit),
		'has a net profit that is not revenue less expenses',
	);

/** What each table's rows look like when they leave Transform & Normalize. */
export const canonicalRows = { financials: financialsRow };

export type CanonicalTable = keyof typeof canonicalRows;

/** A row as a normaliser gives it: where it comes from is added to its metadata later. */
export type Unsourced<Table extends CanonicalTable> = Omit<
	z.infer<(typeof canonicalRows)[Table]>,
	'metadata'
> & {
	metadata: Record<string, unknown>;
};
