import { z } from 'zod/v4';

import { isDay, utcInstant } from './dates';
import { toAmount } from './money';

const isInstant = (text: string): boolean => utcInstant(text) === text;

const day = z.string().refine(isDay, 'is not a date as YYYY-MM-DD');
const text = z.string().min(1, 'is empty');
/** A decimal that fits numeric(12,2) exactly. */
const money = z.string().regex(/^-?\d{1,10}\.\d\d$/, 'is not an amount with two decimal places');

/** Where a row comes from. A difference here does not count as a change of the row. */
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
		({ revenue, expenses, netProfit }) => toAmount(revenue).minus(expenses).eq(netProfit),
		'has a net profit that is not revenue minus expenses',
	);

const instant = z.string().refine(isInstant, 'is not an instant in UTC, such as 2026-06-30T01:02:03.000Z');

/** A row of `lead_events`: one entry of a deal into a stage. The value is decimal text in the reporting currency. */
const leadEventsRow = z.object({
	eventDate: instant,
	leadId: text,
	stage: text,
	value: money.nullable(),
	status: z.enum(['active', 'stale', 'won', 'lost', 'deleted', 'passed']),
	sourceSystem: text,
	externalId: text,
	metadata,
});

/** A decimal that fits numeric(12,4) exactly. */
const metric = z.string().regex(/^-?\d{1,8}\.\d{4}$/, 'is not a number with four decimal places');

/** A row of `custom_metrics`: a figure of a client on a day. */
const customMetricsRow = z.object({
	metricName: text,
	metricValue: metric,
	unit: text.nullable(),
	recordDate: instant,
	sourceSystem: text,
	metadata,
});

/** What each table's rows look like when they leave Transform & Normalize. */
export const canonicalRows = {
	financials: financialsRow,
	lead_events: leadEventsRow,
	custom_metrics: customMetricsRow,
};

export type CanonicalTable = keyof typeof canonicalRows;

/** A row as a normaliser returns it: its source is added to its metadata later. */
export type Unsourced<Table extends CanonicalTable> = Omit<
	z.infer<(typeof canonicalRows)[Table]>,
	'metadata'
> & {
	metadata: Record<string, unknown>;
};
