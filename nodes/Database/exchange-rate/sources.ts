import { laterDay, type Day } from '../../shared/dates';
import { ECB, RBA } from '../../shared/rate-banks';
import { download, type Bank, type DownloadTools } from './download';
import { ecbUrl, readEcb } from './ecb';
import type { Asked } from './plan';
import type { ReadRates } from './published';
import { rbaUrl, readRba } from './rba';
import { readGroups, type BankRates } from './read-groups';

/** A publisher of reference rates. */
export interface RateSource {
	key: string;
	/** The base currency of its rates. */
	base: string;
	/** Its address before the path. */
	baseUrl: string;
	/**
	 * @param asked a request without currencies asks for all
	 * @throws Error that names the bank if its response is unusable
	 */
	read(connection: DownloadTools, baseUrl: string, asked: readonly Asked[], today: Day): Promise<BankRates>;
}

const ecbBank: Bank = { name: 'The European Central Bank', nothing: 404 };

const ecb: RateSource = {
	key: ECB.key,
	base: ECB.base,
	baseUrl: 'https://data-api.ecb.europa.eu',
	async read(connection, baseUrl, asked, today) {
		const readGroup = async ({ currencies, from }: Asked): Promise<ReadRates> => {
			const url = ecbUrl(baseUrl, currencies, laterDay(from, ECB.firstDay));
			const text = await download(connection, ecbBank, url);
			// For a period without observations the bank responds with 404, an empty body, or only the header.
			if (text === undefined || text.trim() === '') return { rates: [], rejected: [] };
			return readEcb(text, today);
		};
		return await readGroups(asked, readGroup, connection.signal);
	},
};

const rbaBank: Bank = {
	name: 'The Reserve Bank of Australia',
	refusals: {
		403: 'It blocks the addresses of many data centres. Choose the European Central Bank as Source, set Base URL to a proxy that it accepts, or download table F11.1 by hand and store its rates with the operation Import.',
	},
};

const rba: RateSource = {
	key: RBA.key,
	base: RBA.base,
	baseUrl: 'https://www.rba.gov.au',
	async read(connection, baseUrl, asked, today) {
		if (asked.length === 0) return { rates: [], rejected: [], failures: [] };
		const text = await download(connection, rbaBank, rbaUrl(baseUrl));
		const { rates, rejected } = readRba(text ?? '', today);
		const isAsked = (currency: string, day: Day): boolean =>
			asked.some(
				({ currencies, from }) => (currencies.length === 0 || currencies.includes(currency)) && day >= from,
			);
		return {
			rates: rates.filter(({ quote, date }) => isAsked(quote, date)),
			rejected,
			failures: [],
		};
	},
};

/** All sources by key. */
export const rateSources: ReadonlyMap<string, RateSource> = new Map([ecb, rba].map((one) => [one.key, one]));
