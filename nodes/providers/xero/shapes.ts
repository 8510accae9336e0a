import { z } from 'zod/v4';

import { monthHeadShape } from '../financials';

/** A cell. An account's cells have attributes, those of a total have none. */
export const cellShape = z.object({
	/** Validated where it is used, so that the rejection can name the account. */
	Value: z.unknown(),
	Attributes: z.array(z.object({ Id: z.string().nullish(), Value: z.string().nullish() })).nullish(),
});

/** A line, a total, the header, or a section. A section's rows are parsed separately, one level at a time. */
export const rowShape = z.object({
	RowType: z.string(),
	Title: z.string().nullish(),
	Cells: z.array(cellShape).nullish(),
	Rows: z.array(z.unknown()).nullish(),
});

export const rowsShape = z.array(rowShape);

/** A reply of the Reports endpoints. */
export const replyShape = z.object({
	Reports: z
		.array(z.object({ ReportType: z.string().nullish(), Rows: z.array(z.unknown()) }))
		.length(1, 'does not hold exactly one report'),
});

export const monthlyFinancialsShape = monthHeadShape.extend({
	profitAndLoss: z.record(z.string(), z.unknown()),
	bankSummary: z.record(z.string(), z.unknown()),
});

export type ReportCell = z.infer<typeof cellShape>;
export type ReportRow = z.infer<typeof rowShape>;
