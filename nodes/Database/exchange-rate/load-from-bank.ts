import type { Pool } from 'pg';

import { saveRates, storedDays, type StoredDays } from '../../../db/rates/save';
import { currenciesInUse } from '../../../db/rates/demand';
import type { Day } from '../../shared/dates';
import { isCurrency } from '../../shared/rate-banks';
import type { DownloadTools } from './download';
import type { LoadChoice } from './load-choice';
import { missingRates, replayable } from './missing';
import { historyNeeded, ratesToAsk, type Asked, type Demand } from './plan';
import { describeFailures } from './read-groups';
import { recompute } from './recompute';
import { report } from './report';
import { silentCurrencies } from './silent-currencies';

/**
 * Loads the rates that the data needs from a bank, and recomputes the rows that use a changed rate.
 * @returns a report, as items
 * @throws Error if the bank did not return all rates; those that it returned are stored
 */
export async function loadFromBank(
	pool: Pool,
	connection: DownloadTools,
	choice: LoadChoice,
): Promise<object[]> {
	const { clock, signal } = connection;
	const today = clock.now().toISOString().slice(0, 10);
	const { source, baseUrl } = choice;
	const stored = await storedDays(pool, source.key, source.base);
	const asked = await planRequests(pool, choice, stored, today);
	const { rates, rejected, failures } = await source.read(connection, baseUrl, asked, today);
	const pairs = await saveRates(pool, rates, { signal });
	const recomputation = await recompute(pool, today, signal);
	const silent = silentCurrencies(asked, rates, stored);
	const items = report(source.key, {
		pairs,
		rejected,
		silent,
		recomputation,
		...(await replayable(pool, today)),
	});
	// Thrown last, so that the rates that arrived are stored.
	const failure = describeFailures(failures, rates.length > 0);
	if (failure) throw failure;
	return items;
}

async function planRequests(
	pool: Pool,
	choice: LoadChoice,
	stored: readonly StoredDays[],
	today: Day,
): Promise<Asked[]> {
	const { source, from, currencies, reportingCurrency } = choice;
	const inUse = (await currenciesInUse(pool)).filter(({ currency }) => isCurrency(currency));
	const request: Demand = {
		currencies: [...inUse, { currency: reportingCurrency, historyStart: null }],
		only: Array.isArray(currencies) ? [...currencies, reportingCurrency] : undefined,
		missing: await missingRates(pool),
		stored,
		base: source.base,
		today,
	};
	if (currencies === 'all') return [{ currencies: [], from: from ?? historyNeeded(request) }];
	const asked = ratesToAsk(request);
	return from === undefined ? asked : askedFrom(from, asked);
}

function askedFrom(from: Day, asked: readonly Asked[]): Asked[] {
	const currencies = asked.flatMap((one) => one.currencies);
	return currencies.length > 0 ? [{ currencies, from }] : [];
}
