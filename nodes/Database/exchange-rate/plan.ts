import { ENDED_AFTER_DAYS } from '../../../db/rates/read';
import { MAX_GAP_DAYS, type StoredDays } from '../../../db/rates/save';
import { earlierDay, getFirstDay, isDay, laterDay, plusDays, type Day } from '../../shared/dates';
import { EURO, fixedRateOn } from '../../shared/euro-rates';
import type { MissingRate } from '../../shared/missing-rate';

/** What is known of the rates that are wanted. */
export interface Demand {
	/** Of which rates are wanted, besides what is stored and missed. */
	currencies: readonly CurrencyWanted[];
	/** Where the person named them, only these are asked for. */
	only?: readonly string[];
	/** What open rejections lack. */
	missing: readonly MissingRate[];
	/** What the source gave before. */
	stored: readonly StoredDays[];
	/** What the source quotes everything for. */
	base: string;
	today: Day;
}

export interface CurrencyWanted {
	currency: string;
	/** The earliest month that is wanted, `YYYY-MM`; null where nobody said. */
	historyStart: string | null;
}

/** Currencies whose rates are asked for from a day on. */
export interface Asked {
	currencies: string[];
	from: Day;
}

/** A month is converted by its daily rates and, where it has none yet, by the week before. */
const MAX_AGE_DAYS = 7;
/** Stored days older than the newest are asked for again, so that corrections are seen. */
const LOOK_BACK_DAYS = 7;

/**
 * What to ask a source for: of a currency that is new its whole history as far as it is wanted, of the others what
 * has come since.
 */
export function ratesToAsk(request: Demand): Asked[] {
	const { stored, base, today } = request;
	const history = historyNeeded(request);
	const needed = [
		...request.currencies.map(({ currency }) => currency),
		...request.missing.flatMap(({ from, to }) => [from, to]),
		...stored.map(({ quote }) => quote),
	];
	const wanted = new Set(request.only ?? needed);
	if (!request.only) replaceFixed(wanted, history, today);
	wanted.delete(base);
	const byDay = new Map<Day, string[]>();
	for (const currency of [...wanted].sort()) {
		const from = findBeginning(currency, history, stored);
		byDay.set(from, [...(byDay.get(from) ?? []), currency]);
	}
	return [...byDay].map(([from, currencies]) => ({ currencies, from }));
}

/** By law their rate to the euro is known, and no bank has it. What is wanted instead is the euro's. */
function replaceFixed(wanted: Set<string>, history: Day, today: Day): void {
	for (const one of [...wanted]) {
		if (fixedRateOn(one, today)) wanted.add(EURO);
		if (fixedRateOn(one, history)) wanted.delete(one);
	}
}

function findBeginning(currency: string, history: Day, stored: readonly StoredDays[]): Day {
	const days = stored.find(({ quote }) => quote === currency);
	const complete = days && days.oldestDay <= plusDays(history, MAX_GAP_DAYS);
	if (!complete) return history;
	// One that the source gives no longer is asked for with the others, and not alone each day.
	const newest = stored.map(({ newestDay }) => newestDay).reduce(laterDay);
	const hasEnded = days.newestDay < plusDays(newest, -ENDED_AFTER_DAYS);
	const last = hasEnded ? newest : days.newestDay;
	const hole = days.holes.find(({ lastDay }) => lastDay >= history);
	return laterDay(history, plusDays(hole ? earlierDay(hole.firstDay, last) : last, -LOOK_BACK_DAYS));
}

/** The earliest day that anything needs: over a common base the rates of both currencies are needed. */
export function historyNeeded({ currencies, missing, today }: Demand): Day {
	const months = currencies
		.flatMap(({ historyStart }) => historyStart ?? [])
		.map(getFirstDay)
		.filter(isDay)
		.map((day) => plusDays(day, -MAX_AGE_DAYS));
	const lacking = missing.map(({ firstDay, maxAgeDays }) => plusDays(firstDay, -maxAgeDays));
	return [...months, ...lacking].reduce(earlierDay, plusDays(yearBefore(today), -MAX_AGE_DAYS));
}

/** The first day of the month a year before: a first sync reads the running month and the 12 before. */
function yearBefore(today: Day): Day {
	return `${String(Number(today.slice(0, 4)) - 1).padStart(4, '0')}${today.slice(4, 7)}-01`;
}
