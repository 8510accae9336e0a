import type { Day } from './dates';
import { toAmount, type Amount } from './money';

export const EURO = 'EUR';

/** A currency that the euro has replaced. */
export interface FixedRate {
	/** Units of the currency for 1 euro, fixed irrevocably. */
	rate: Amount;
	/** The day on which the country joined. */
	from: Day;
}

/**
 * The irrevocably fixed conversion rates of Article 1 of Council Regulation (EC) No 2866/98 in its consolidated version
 * (eur-lex.europa.eu, CELEX 31998R2866), with the day from which each applies. Those after the first eleven were added
 * by Regulations (EC) 1478/2000 (GRD), 1086/2006 (SIT), 1135/2007 (CYP), 1134/2007 (MTL), 694/2008 (SKK), and (EU)
 * 671/2010 (EEK), 870/2013 (LVL), 851/2014 (LTL), 2022/1208 (HRK), 2025/1409 (BGN).
 */
const FIXED: ReadonlyArray<[from: Day, rates: Record<string, string>]> = [
	[
		'1999-01-01',
		{
			...{ ATS: '13.7603', BEF: '40.3399', DEM: '1.95583', ESP: '166.386', FIM: '5.94573', FRF: '6.55957' },
			...{ IEP: '0.787564', ITL: '1936.27', LUF: '40.3399', NLG: '2.20371', PTE: '200.482' },
		},
	],
	['2001-01-01', { GRD: '340.750' }],
	['2007-01-01', { SIT: '239.640' }],
	['2008-01-01', { CYP: '0.585274', MTL: '0.429300' }],
	['2009-01-01', { SKK: '30.1260' }],
	['2011-01-01', { EEK: '15.6466' }],
	['2014-01-01', { LVL: '0.702804' }],
	['2015-01-01', { LTL: '3.45280' }],
	['2023-01-01', { HRK: '7.53450' }],
	['2026-01-01', { BGN: '1.95583' }],
];

const RATES: ReadonlyMap<string, FixedRate> = new Map(
	FIXED.flatMap(([from, rates]) =>
		Object.entries(rates).map(([currency, rate]): [string, FixedRate] => [
			currency,
			{ from, rate: toAmount(rate) },
		]),
	),
);

/** The fixed rate of a currency on a day; undefined if the euro had not replaced it by then. */
export function fixedRateOn(currency: string, day: Day): FixedRate | undefined {
	const fixed = RATES.get(currency);
	return fixed && day >= fixed.from ? fixed : undefined;
}

/** The currency whose published rates apply on a day: the euro if it has replaced the given one. */
export function currencyOn(currency: string, day: Day): string {
	return fixedRateOn(currency, day) ? EURO : currency;
}
