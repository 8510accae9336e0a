import { z } from 'zod/v4';

import { getLookupDays, type Conversion, type ConversionPeriod } from './conversion';
import { isDay, type Day } from './dates';
import { currencyOn } from './euro-rates';
import { covers, RATE_BANKS, type RateBank } from './rate-banks';
import { Rejection } from './rejection';

const currency = z.string().regex(/^[A-Z]{3}$/);
const day = z.string().refine(isDay);

/** The exchange rate that a record lacks: the `detail` of its rejection. */
const missingRate = z.object({
	from: currency,
	to: currency,
	firstDay: day,
	lastDay: day,
	maxAgeDays: z.int().min(0).max(366),
});

export type MissingRate = z.infer<typeof missingRate>;

/** The missing rate in a rejection's `detail`; undefined if it has none. */
export function parseMissingRate(detail: unknown): MissingRate | undefined {
	return missingRate.safeParse(detail).data;
}

/**
 * Why a record cannot be converted, and what to do. A remedy is only named if it can work.
 * @param path where the record states its currency
 */
export function rateMissing(period: ConversionPeriod, conversion: Conversion, path: string): Rejection {
	const { from, to, firstDay, lastDay, maxAgeDays } = period;
	const figures = firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`;
	const { oldest, newest } = usableDays(period);
	const days = oldest === newest ? `of ${newest}` : `of the days ${oldest} to ${newest}`;
	return new Rejection(
		'rate_missing',
		path,
		`There is no exchange rate from ${from} to ${to} for ${figures}: none ${days} is stored. ${describeRemedy(period, conversion)}`,
		{ from, to, firstDay, lastDay, maxAgeDays },
	);
}

/** A rate of any of these days is sufficient to convert the period. */
function usableDays(period: ConversionPeriod): { oldest: Day; newest: Day } {
	const { firstDay, lastDay: newest } = getLookupDays({ ...period, firstDay: period.lastDay });
	return { oldest: firstDay, newest };
}

/** An import always works; a bank is only named if it publishes both currencies and may have such a day. */
function describeRemedy(period: ConversionPeriod, conversion: Conversion): string {
	const { oldest, newest } = usableDays(period);
	// For a currency that the euro replaced, the fixed rate converts between it and the euro.
	const [from, to] = [period.from, period.to].map((one) => currencyOn(one, newest)) as [string, string];
	const days = oldest === newest ? newest : `a day from ${oldest} to ${newest}`;
	const ownRate = `rate of your own from ${from} to ${to} of ${days} (Zixly Database, Exchange Rate: Import)`;
	const ended = [from, to].flatMap((one) => listEnds(one, oldest, conversion));
	const bank = RATE_BANKS.find((one) => mayHave(one, { currencies: [from, to], oldest, newest, ended }));
	const reasons = ended.map(
		({ source, currency: one, lastDay }) =>
			`The source ${source} stopped publishing ${one} after ${lastDay}. `,
	);
	if (!bank) return `${reasons.join('') || NO_BANK}Import a ${ownRate}, then ${REPLAY}`;
	const load = `Load the rates of the ${bank.name} (${bank.loadBy}; leave Currencies and From empty)`;
	return `${reasons.join('')}${load}, or, where it has none of these days, import a ${ownRate}. Then ${REPLAY}`;
}

// A replay needs the account's connection, which items of a user's own do not have.
const REPLAY =
	'replay the record (workflow Zixly Replay Rejected), or put an item of your own through Transform & Normalize again.';
const NO_BANK = 'No bank that can be loaded publishes it. ';

interface EndOfPublication {
	source: string;
	currency: string;
	lastDay: Day;
}

/** The sources that stopped publishing a currency before the needed days but continued with others. */
function listEnds(currency: string, oldest: Day, conversion: Conversion): EndOfPublication[] {
	const stored = conversion.publishedSpans(currency).filter(({ hasEnded }) => hasEnded);
	const known = RATE_BANKS.flatMap(({ key: source, ended }) => {
		const lastDay = ended.get(currency);
		return lastDay === undefined || stored.some((one) => one.source === source)
			? []
			: [{ source, currency, lastDay }];
	});
	return [...stored, ...known].filter(({ lastDay }) => lastDay < oldest);
}

interface Lacking {
	currencies: readonly string[];
	oldest: Day;
	newest: Day;
	ended: readonly EndOfPublication[];
}

function mayHave(bank: RateBank, { currencies, oldest, newest, ended }: Lacking): boolean {
	if (newest < bank.firstDay || ended.some(({ source }) => source === bank.key)) return false;
	return currencies.every((one) => covers(bank, one, oldest));
}
