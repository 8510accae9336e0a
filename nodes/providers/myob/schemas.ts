import { z } from 'zod/v4';

import { monthHeadSchema } from '../financials';

const text = z.string().nullish();

/** Unreadable fields of an account count as missing. Only months with activity on it are rejected for that. */
const accountSchema = z.object({
	UID: z.string(),
	DisplayID: text.catch(null),
	Name: text.catch(null),
	Classification: text.catch(null),
	Type: text.catch(null),
	IsHeader: z.boolean().nullish().catch(null),
});

const linkSchema = z.object({ UID: z.string(), Name: text, DisplayID: text });

/** One account's figure in the profit and loss. */
export const breakdownSchema = z.object({
	/** Validated where it is used, so that the rejection can name the account. */
	AccountTotal: z.unknown(),
	Account: linkSchema,
});

/** The reply of `/Report/ProfitAndLossSummary`. */
export const reportSchema = z.object({
	StartDate: z.string(),
	EndDate: z.string(),
	ReportingBasis: z.string(),
	YearEndAdjust: z.boolean().nullish(),
	AccountsBreakdown: z.array(breakdownSchema).nullable(),
});

const registerLineSchema = z.object({
	Account: z.object({ UID: z.string() }),
	Activity: z.unknown(),
});

export const monthlyFinancialsSchema = monthHeadSchema.extend({
	accounts: z.array(accountSchema),
	register: z.object({
		/** The meaning of `Year`: `either` if it makes no difference, `refuted` if a report contradicts the register. */
		year: z.enum(['calendar', 'financial', 'either', 'unclear', 'refuted'], {
			error: 'is none of "calendar", "financial", "either", "unclear" and "refuted"',
		}),
		lines: z.array(registerLineSchema),
	}),
	profitAndLoss: reportSchema,
});

export type MonthRecord = z.infer<typeof monthlyFinancialsSchema>;
export type MonthAccount = MonthRecord['accounts'][number];
