import type { Day } from './dates';

/** A bank whose reference rates can be loaded. */
export interface RateBank {
	/** The `source` of its rates. */
	key: string;
	name: string;
	/** How a person loads its rates. */
	loadBy: string;
	/** The base currency of all its rates. */
	base: string;
	/** The first day of its file or series. */
	firstDay: Day;
	/** The currencies that messages may name as available. Others are loaded too if they are requested. */
	currencies: ReadonlySet<string>;
	/** The last day with a rate of each currency that the bank no longer publishes. */
	ended: ReadonlyMap<string, Day>;
}

const parseCodes = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const ECB: RateBank = {
	key: 'ecb',
	name: 'European Central Bank',
	loadBy: 'workflow Zixly Exchange Rates',
	base: 'EUR',
	firstDay: '1999-01-04',
	currencies: parseCodes(
		'AUD BRL CAD CHF CNY CZK DKK GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PHP PLN RON SEK SGD THB TRY USD ZAR',
	),
	// Those that the euro replaced end with the last bank day before. The rouble was suspended.
	ended: new Map([
		['EEK', '2010-12-31'],
		['LVL', '2013-12-31'],
		['LTL', '2014-12-31'],
		['RUB', '2022-03-01'],
		['HRK', '2022-12-30'],
		['BGN', '2025-12-31'],
	]),
};

/** Table F11.1. Its columns AED, PGK and ZAR are empty in the copies of 2024 and 2025. */
export const RBA: RateBank = {
	key: 'rba',
	name: 'Reserve Bank of Australia',
	loadBy: 'Zixly Database, Exchange Rate: Load, with this bank as Source',
	base: 'AUD',
	firstDay: '2023-01-03',
	currencies: parseCodes('CAD CHF CNY EUR GBP HKD IDR INR JPY KRW MYR NZD PHP SGD THB TWD USD VND XDR'),
	ended: new Map(),
};

/** In the order in which they are recommended. */
export const RATE_BANKS: readonly RateBank[] = [ECB, RBA];

/** Every current or historical ISO 4217 code. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Whether a text is a currency code, such as AUD. */
export function isCurrency(text: string): boolean {
	return CURRENCIES.has(text);
}

/** Whether a bank publishes rates of a currency from a day on, or did then, or uses it as its base. */
export function covers({ base, currencies, ended }: RateBank, currency: string, day: Day): boolean {
	return currency === base || currencies.has(currency) || (ended.get(currency) ?? '') >= day;
}
