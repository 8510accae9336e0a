import { z } from 'zod/v4';

import { utcInstantOfMs } from '../../shared/dates';
import { parseAs } from '../../shared/shape';
import { completeMonth, financialsRow, monthRatesNeeded, type FinancialMonth } from '../financials';
import type { LooseRecord, Normalised, Normaliser, NormaliseSettings } from '../provider';
import { readBankSummary } from './bank-summary';
import { readProfitAndLoss } from './profit-and-loss';
import { monthlyFinancialsSchema } from './schemas';

const SOURCE = { sourceSystem: 'xero', paths: { result: 'profitAndLoss', cashFlow: 'bankSummary' } };

const replySchema = z.object({ DateTimeUTC: z.unknown() });

interface Month extends FinancialMonth {
	unknownProperties: string[];
}

/** Turns a month's profit and loss and bank summary into one row of `financials`. */
export const monthlyFinancials: Normaliser = {
	ratesNeeded: monthRatesNeeded,

	normalise(raw, settings, conversion): Normalised {
		const month = toFinancialMonth(raw.record, settings);
		const row = financialsRow(month, SOURCE, raw, settings, conversion);
		return { rows: [row], unknownProperties: month.unknownProperties };
	},

	complete(loose: LooseRecord) {
		return { ...completeMonth(loose), fetchedAt: readPrintTime(loose.record) ?? loose.now };
	},
};

/** When Xero created the reply. A stored reply is as old as that, not as its normalisation. */
function readPrintTime({ profitAndLoss }: Record<string, unknown>): string | undefined {
	const reply = replySchema.safeParse(profitAndLoss);
	return xeroInstant(reply.data?.DateTimeUTC);
}

function toFinancialMonth(record: unknown, { sectionMap }: NormaliseSettings): Month {
	const { month, basis, ...replies } = parseAs(monthlyFinancialsSchema, record, '');
	const profitAndLoss = readProfitAndLoss(replies.profitAndLoss, 'profitAndLoss', sectionMap);
	const bankSummary = readBankSummary(replies.bankSummary, 'bankSummary');
	const { revenue, expenses, sections } = profitAndLoss;
	const unknownProperties = [...profitAndLoss.unknownProperties, ...bankSummary.unknownProperties];
	return { month, basis, revenue, expenses, sections, cashFlow: bankSummary.cashFlow, unknownProperties };
}

const XERO_DATE = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;

/**
 * Parses Xero's `/Date(1518685950940+0000)/` to UTC as `…Z`; undefined if the text is not such a date. The milliseconds
 * count from 1970 in UTC, whatever the offset.
 */
export function xeroInstant(text: unknown): string | undefined {
	const ms = typeof text === 'string' ? XERO_DATE.exec(text)?.[1] : undefined;
	return ms === undefined ? undefined : utcInstantOfMs(Number(ms));
}
