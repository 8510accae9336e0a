import { ExplainedError } from '../../../db/postgres/explained-error';
import { isDay, type Day } from '../../shared/dates';
import { isCurrency } from '../../shared/rate-banks';
import { withoutEndSlashes } from '../../shared/text';
import { rateSources, type RateSource } from './sources';

/** The operation's fields, not checked. */
export interface RawLoadOptions {
	from?: string;
	currencies?: string;
	baseUrl?: string;
	reportingCurrency?: string;
}

/** What to load, and where from. */
export interface LoadChoice {
	source: RateSource;
	/** Without a trailing slash. */
	baseUrl: string;
	from?: Day;
	currencies: 'needed' | 'all' | string[];
	reportingCurrency: string;
}

/** @throws Error that names an invalid field */
export function parseLoadChoice(sourceKey: string, options: RawLoadOptions): LoadChoice {
	const source = rateSources.get(sourceKey);
	if (!source) throw new ExplainedError(`The source "${sourceKey}" is unknown.`, 'Choose one in Source.');
	return {
		source,
		baseUrl: parseBaseUrl(options.baseUrl) ?? source.baseUrl,
		from: parseDay(options.from),
		currencies: parseCurrencies(options.currencies ?? ''),
		reportingCurrency: parseCurrency(options.reportingCurrency || 'AUD', 'Reporting Currency'),
	};
}

function parseBaseUrl(text = ''): string | undefined {
	const trimmed = withoutEndSlashes(text.trim());
	if (trimmed === '') return undefined;
	if (/^https?:\/\//.test(trimmed) && URL.canParse(trimmed)) return trimmed;
	throw new ExplainedError(
		`Base URL "${text}" is not a web address.`,
		'Use one that begins with https://, or leave it empty.',
	);
}

/** n8n's date field gives a date with a time. */
function parseDay(text = ''): Day | undefined {
	const day = text.trim().slice(0, 10);
	if (day === '' || isDay(day)) return day || undefined;
	throw new ExplainedError(`From "${text}" is not a date.`, 'Enter it as YYYY-MM-DD, or leave it empty.');
}

function parseCurrencies(text: string): LoadChoice['currencies'] {
	const words = text.split(/[\s,;]+/).filter(Boolean);
	if (words.length === 0) return 'needed';
	if (words.length === 1 && words[0]!.toLowerCase() === 'all') return 'all';
	return words.map((word) => parseCurrency(word, 'Currencies'));
}

function parseCurrency(text: string, field: string): string {
	const currency = text.trim().toUpperCase();
	if (isCurrency(currency)) return currency;
	throw new ExplainedError(
		`"${text}" in ${field} is not a currency.`,
		'Use a code of three letters, such as AUD.',
	);
}
