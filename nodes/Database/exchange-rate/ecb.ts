import { ExplainedError } from '../../../db/postgres/explained-error';
import type { Day } from '../../shared/dates';
import { ECB } from '../../shared/rate-banks';
import { csvLines, type CsvLine } from './csv';
import { takeRate, type ReadRates } from './published';

/**
 * Builds the URL of the daily reference rates from a day on, as CSV.
 * @param currencies all if empty
 */
export function ecbUrl(baseUrl: string, currencies: readonly string[], from: Day): string {
	const key = `D.${currencies.join('+')}.${ECB.base}.SP00.A`;
	return `${baseUrl}/service/data/EXR/${key}?startPeriod=${from}&format=csvdata`;
}

const COLUMNS = ['CURRENCY', 'CURRENCY_DENOM', 'TIME_PERIOD', 'OBS_VALUE'] as const;

/** The bank's values for a day without a rate: a holiday, or a suspended currency. */
const NO_RATE: ReadonlySet<string> = new Set(['', 'NaN', 'N/A']);

/**
 * Parses the bank's CSV of observations: 1 euro in other currencies.
 * @throws Error if it is not that file
 */
export function readEcb(text: string, today: Day): ReadRates {
	const [header, ...lines] = csvLines(text);
	const places = COLUMNS.map((name) => header?.cells.indexOf(name) ?? -1);
	const missing = COLUMNS.filter((_, index) => places[index] === -1);
	if (missing.length > 0) {
		throw new ExplainedError(
			`The European Central Bank's response is not its CSV of rates: it has no column ${missing.join(', ')}.`,
			'Check Base URL, or try again later.',
		);
	}
	const read: ReadRates = { rates: [], rejected: [] };
	for (const line of lines) takeLine(read, line, places, today);
	return read;
}

function takeLine(read: ReadRates, { line, cells, content }: CsvLine, places: number[], today: Day): void {
	const [quote = '', base = '', date = '', rate = ''] = places.map((place) => cells[place]);
	if (NO_RATE.has(rate)) return;
	takeRate(read, { base, quote, date, rate, source: ECB.key }, today, { line, content });
}
