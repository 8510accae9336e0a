import { ENDED_AFTER_DAYS } from '../../../db/rates/read';
import { MAX_GAP_DAYS, type StoredDays } from '../../../db/rates/save';
import { earlierDay, getFirstDay, isDay, laterDay, plusDays, type Day } from '../../shared/dates';
import { EURO, fixedRateOn } from '../../shared/euro-rates';
import type { MissingRate } from '../../shared/missing-rate';

/** The rates that are needed, and what is stored already. */
export interface Demand {
	/** Currencies in use, besides stored and missing ones. */
	currencies: readonly CurrencyWanted[];
	/** If set, only these currencies are requested. */
	only?: readonly string[];
	/** Rates missing from open rejections. */
	missing: readonly MissingRate[];
	/** Days stored from this source. */
	stored: readonly StoredDays[];
	/** The source's base currency. */
	base: string;
	today: Day;
}

interface CurrencyWanted {
	currency: string;
	/** The earliest month needed, `YYYY-MM`; null by default. */
	historyStart: string | null;
}

/** A request for the rates of some currencies from a day on. */
export interface Asked {
	currencies: string[];
	from: Day;
}

/** A month is converted with its daily rates or, while it has none, with those of the week before. */
const MAX_AGE_DAYS = 7;
/** Days before the newest stored one that are requested again, to pick up corrections. */
const LOOK_BACK_DAYS = 7;

/**
 * Plans the requests to a source: the whole needed history of a new currency, and only new days of the others.
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

/** Currencies with a rate to the euro fixed by law are published by no bank, so the euro is requested instead. */
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
	// A discontinued currency is requested together with the others instead of separately every day.
	const newest = stored.map(({ newestDay }) => newestDay).reduce(laterDay);
	const hasEnded = days.newestDay < plusDays(newest, -ENDED_AFTER_DAYS);
	const last = hasEnded ? newest : days.newestDay;
	const hole = days.holes.find(({ lastDay }) => lastDay >= history);
	return laterDay(history, plusDays(hole ? earlierDay(hole.firstDay, last) : last, -LOOK_BACK_DAYS));
}

/** The earliest day needed by any currency: conversions through a common base need both currencies' rates. */
export function historyNeeded({ currencies, missing, today }: Demand): Day {
	const months = currencies
		.flatMap(({ historyStart }) => historyStart ?? [])
		.map(getFirstDay)
		.filter(isDay)
		.map((day) => plusDays(day, -MAX_AGE_DAYS));
	const lacking = missing.map(({ firstDay, maxAgeDays }) => plusDays(firstDay, -maxAgeDays));
	return [...months, ...lacking].reduce(earlierDay, plusDays(yearBefore(today), -MAX_AGE_DAYS));
}

/** The first day of the month a year earlier: a first sync reads the current month and the 12 before it. */
function yearBefore(today: Day): Day {
	return `${String(Number(today.slice(0, 4)) - 1).padStart(4, '0')}${today.slice(4, 7)}-01`;
}
