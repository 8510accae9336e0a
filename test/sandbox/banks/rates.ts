import { randomFrom } from '../core/random';

/** How one bank quotes a currency: about how many units, with how many decimals. */
interface Level {
	about: number;
	decimals: number;
}

/** Units for 1 euro. */
export const ECB_LEVELS: Readonly<Record<string, Level>> = {
	AUD: { about: 1.765, decimals: 4 },
	BRL: { about: 6.2, decimals: 4 },
	CAD: { about: 1.58, decimals: 4 },
	CHF: { about: 0.94, decimals: 4 },
	CNY: { about: 8.2, decimals: 4 },
	CZK: { about: 24.4, decimals: 3 },
	DKK: { about: 7.46, decimals: 4 },
	GBP: { about: 0.865, decimals: 5 },
	HKD: { about: 8.9, decimals: 4 },
	IDR: { about: 18900, decimals: 2 },
	INR: { about: 98.4, decimals: 4 },
	JPY: { about: 171.3, decimals: 2 },
	KRW: { about: 1610, decimals: 2 },
	MYR: { about: 4.87, decimals: 4 },
	NOK: { about: 11.7, decimals: 4 },
	NZD: { about: 1.952, decimals: 4 },
	PHP: { about: 66.1, decimals: 3 },
	SEK: { about: 11.1, decimals: 4 },
	SGD: { about: 1.49, decimals: 4 },
	THB: { about: 37.9, decimals: 3 },
	USD: { about: 1.146, decimals: 4 },
	ZAR: { about: 20.6, decimals: 4 },
};

/** Series that exist and have ended, with their last day. */
export const ECB_ENDED: Readonly<Record<string, Level & { until: string }>> = {
	BGN: { about: 1.9558, decimals: 4, until: '2025-12-31' },
	HRK: { about: 7.53, decimals: 4, until: '2022-12-30' },
	RUB: { about: 85, decimals: 4, until: '2022-03-01' },
};

interface RbaSeries extends Level {
	id: string;
	units: string;
	title: string;
	/** The last day with a rate, where the bank stopped: the column stays, and is empty from then on. */
	until?: string;
	/** Days without a rate, both included. */
	paused?: [first: string, last: string];
}

/** The bank stopped these with the weights of October 2024. */
const STOPPED = '2024-10-01';

/** Units for 1 Australian dollar, by the ids of the bank's series. One is an index, and one has no code of ISO 4217. */
export const RBA_SERIES: readonly RbaSeries[] = [
	{ id: 'FXRUSD', units: 'USD', title: 'A$1=USD', about: 0.649, decimals: 4 },
	{ id: 'FXRTWI', units: 'Index', title: 'Trade-weighted Index May 1970 = 100', about: 61.2, decimals: 1 },
	{ id: 'FXRCR', units: 'CNY', title: 'A$1=CNY', about: 4.62, decimals: 4 },
	{ id: 'FXRJY', units: 'JPY', title: 'A$1=JPY', about: 97.1, decimals: 2 },
	{ id: 'FXREUR', units: 'EUR', title: 'A$1=EUR', about: 0.5665, decimals: 4 },
	{ id: 'FXRUKPS', units: 'GBP', title: 'A$1=GBP', about: 0.4901, decimals: 4 },
	{ id: 'FXRSD', units: 'SGD', title: 'A$1=SGD', about: 0.8442, decimals: 4 },
	{ id: 'FXRNZD', units: 'NZD', title: 'A$1=NZD', about: 1.106, decimals: 4 },
	{ id: 'FXRHKD', units: 'HKD', title: 'A$1=HKD', about: 5.04, decimals: 4 },
	{ id: 'FXRVD', units: 'VND', title: 'A$1=VND', about: 16900, decimals: 0 },
	{
		...{ id: 'FXRNTD', units: 'TWD', title: 'A$1=TWD', about: 20.3, decimals: 2 },
		paused: ['2026-03-02', '2026-04-10'],
	},
	{ id: 'FXRUAED', units: 'AED', title: 'A$1=AED', about: 2.38, decimals: 4, until: STOPPED },
	{ id: 'FXRSARD', units: 'ZAR', title: 'A$1=ZAR', about: 11.7, decimals: 4, until: STOPPED },
	{ id: 'FXRSDR', units: 'SDR', title: 'A$1=SDR', about: 0.478, decimals: 4 },
];

/** The rate of a day as the bank prints it: the same for the same seed, within 3 % of its level. */
export function rateOf(seed: string, series: string, day: string, { about, decimals }: Level): string {
	const random = randomFrom(`${seed}/rates/${series}/${day}`);
	return ((about * (10_000 + random.between(-300, 300))) / 10_000).toFixed(decimals);
}

/** How the bank quotes a currency on a day; undefined where its cell is empty. */
export function rbaLevelOn(currency: string, day: string): Level | undefined {
	const series = RBA_SERIES.find(({ units }) => units === currency);
	if (!series || day > (series.until ?? day)) return undefined;
	const [first, last] = series.paused ?? ['', ''];
	return day >= first && day <= last ? undefined : series;
}
