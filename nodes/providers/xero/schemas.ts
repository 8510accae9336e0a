import { z } from 'zod/v4';

import { monthHeadSchema } from '../financials';

/** A cell. An account's cells have attributes, those of a total have none. */
const cellSchema = z.object({
	/** Validated where it is used, so that the rejection can name the account. */
	Value: z.unknown(),
	Attributes: z.array(z.object({ Id: z.string().nullish(), Value: z.string().nullish() })).nullish(),
});

/** A line, a total, the header, or a section. A section's rows are parsed separately, one level at a time. */
const rowSchema = z.object({
	RowType: z.string(),
	Title: z.string().nullish(),
	Cells: z.array(cellSchema).nullish(),
	Rows: z.array(z.unknown()).nullish(),
});

export const rowsSchema = z.array(rowSchema);

/** A reply of the Reports endpoints. */
export const replySchema = z.object({
	Reports: z
		.array(z.object({ ReportType: z.string().nullish(), Rows: z.array(z.unknown()) }))
		.length(1, 'does not hold exactly one report'),
});

export const monthlyFinancialsSchema = monthHeadSchema.extend({
	profitAndLoss: z.record(z.string(), z.unknown()),
	bankSummary: z.record(z.string(), z.unknown()),
});

export type ReportRow = z.infer<typeof rowSchema>;
