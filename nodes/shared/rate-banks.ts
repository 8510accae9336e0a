import type { Day } from './dates';

/** A bank whose reference rates can be loaded. */
export interface RateBank {
	/** The `source` of its rates. */
	key: string;
	name: string;
	/** How a person loads its rates. */
	loadBy: string;
	/** What everything is quoted for. */
	base: string;
	/** Its file or series begin here. */
	firstDay: Day;
	/** What it publishes. One that is missing here is still loaded where it is asked for; it is only not promised. */
	currencies: ReadonlySet<string>;
}

const listSchema = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const ECB: RateBank = {
	key: 'ecb',
	name: 'European Central Bank',
	loadBy: 'workflow Zixly Exchange Rates',
	base: 'EUR',
	firstDay: '1999-01-04',
	currencies: listSchema(
		'AUD BRL CAD CHF CNY CZK DKK GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD PHP PLN RON SEK SGD THB TRY USD ZAR',
	),
};

/** Table F11.1. Its columns AED and ZAR have been empty since October 2024: the bank stopped both. */
export const RBA: RateBank = {
	key: 'rba',
	name: 'Reserve Bank of Australia',
	loadBy: 'Zixly Database, Exchange Rate: Load, with this bank as Source',
	base: 'AUD',
	firstDay: '2023-01-03',
	currencies: listSchema('CAD CHF CNY EUR GBP HKD IDR INR JPY KRW MYR NZD PGK PHP SGD THB TWD USD VND XDR'),
};

/** In the order in which they are recommended. */
export const RATE_BANKS: readonly RateBank[] = [ECB, RBA];

/** Every code that ISO 4217 has or had. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Tells whether a text is the code of a currency, such as AUD. */
export function isCurrency(text: string): boolean {
	return CURRENCIES.has(text);
}

/** Tells whether a bank publishes rates of a currency, or quotes everything for it. */
export function covers({ base, currencies }: RateBank, currency: string): boolean {
	return currency === base || currencies.has(currency);
}
