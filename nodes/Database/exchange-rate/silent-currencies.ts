import type { PublishedRate } from '../../../db/rates/read';
import type { StoredDays } from '../../../db/rates/save';
import type { Day } from '../../shared/dates';
import type { Asked } from './plan';

/** A requested currency for which the bank returned no rate. */
export interface SilentCurrency {
	currency: string;
	/** The first requested day. */
	from: Day;
	/** The newest stored day; null if there is none. */
	lastDay: Day | null;
	/** Set if the bank returned rates of the requested days before, so it is not a discontinued currency. */
	warning?: string;
}

export function silentCurrencies(
	asked: readonly Asked[],
	rates: readonly PublishedRate[],
	stored: readonly StoredDays[],
): SilentCurrency[] {
	const given = new Set(rates.map(({ quote }) => quote));
	return asked.flatMap(({ currencies, from }) =>
		currencies
			.filter((currency) => !given.has(currency))
			.map((currency) => {
				const lastDay = stored.find(({ quote }) => quote === currency)?.newestDay ?? null;
				const vanished = lastDay !== null && lastDay >= from;
				return { currency, from, lastDay, ...(vanished && { warning: vanishedWords(currency, lastDay) }) };
			}),
	);
}

const vanishedWords = (currency: string, lastDay: Day): string =>
	`The bank returned rates of ${currency} up to ${lastDay} before, and returns none of them now. Stored rates stay. Check whether the bank has stopped publishing the currency. If all currencies are missing, its service probably has a problem: load again later.`;
