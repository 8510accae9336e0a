import type { PublishedRate } from '../../../db/rates/read';
import type { StoredDays } from '../../../db/rates/save';
import type { Day } from '../../shared/dates';
import type { Asked } from './plan';

/** A currency that was asked for and of which the bank gave no rate. */
export interface SilentCurrency {
	currency: string;
	/** From which day on it was asked for. */
	from: Day;
	/** The newest day that is stored; null where there is none. */
	lastDay: Day | null;
	/** There where the bank gave rates of these very days before: then it is no currency that ended. */
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
	`The bank gave rates of ${currency} up to ${lastDay} before, and gives none of those days now. What is stored stays. Look whether the bank has stopped publishing it; if all currencies are missing, its service is probably disturbed: load again later.`;
