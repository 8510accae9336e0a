import { z } from 'zod/v4';

import { monthHeadShape } from '../financials';

const text = z.string().nullish();

/** Unreadable fields of an account count as missing. Only months with activity on it are rejected for that. */
const accountShape = z.object({
	UID: z.string(),
	DisplayID: text.catch(null),
	Name: text.catch(null),
	Classification: text.catch(null),
	Type: text.catch(null),
	IsHeader: z.boolean().nullish().catch(null),
});

const linkShape = z.object({ UID: z.string(), Name: text, DisplayID: text });

/** One account's figure in the profit and loss. */
export const breakdownShape = z.object({
	/** Validated where it is used, so that the rejection can name the account. */
	AccountTotal: z.unknown(),
	Account: linkShape,
});

/** The reply of `/Report/ProfitAndLossSummary`. */
export const reportShape = z.object({
	StartDate: z.string(),
	EndDate: z.string(),
	ReportingBasis: z.string(),
	YearEndAdjust: z.boolean().nullish(),
	AccountsBreakdown: z.array(breakdownShape).nullable(),
});

const registerLineShape = z.object({
	Account: z.object({ UID: z.string() }),
	Activity: z.unknown(),
});

export const monthlyFinancialsShape = monthHeadShape.extend({
	accounts: z.array(accountShape),
	register: z.object({
		/** The meaning of `Year`: `either` if it makes no difference, `refuted` if a report contradicts the register. */
		year: z.enum(['calendar', 'financial', 'either', 'unclear', 'refuted'], {
			error: 'is none of "calendar", "financial", "either", "unclear" and "refuted"',
		}),
		lines: z.array(registerLineShape),
	}),
	profitAndLoss: reportShape,
});

export type MonthRecord = z.infer<typeof monthlyFinancialsShape>;
export type MonthAccount = MonthRecord['accounts'][number];
