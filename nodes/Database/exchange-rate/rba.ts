import { DateTime } from 'luxon';

import { ExplainedError } from '../../../db/postgres/explained-error';
import type { Day } from '../../shared/dates';
import { isCurrency, RBA } from '../../shared/rate-banks';
import { csvLines, type CsvLine } from './csv';
import { takeRate, type ReadRates } from './published';

/** Builds the URL of table F11.1 as CSV, which has all currencies since January 2023. */
export function rbaUrl(baseUrl: string): string {
	return `${baseUrl}/statistics/tables/csv/f11.1-data.csv`;
}

/** The bank's values for a day without a rate. */
const NO_RATE: ReadonlySet<string> = new Set(['', '-', 'NA', 'N/A', 'CLOSED']);

/** Codes that differ from ISO 4217: the special drawing right. */
const ISO_CODES: Readonly<Record<string, string>> = { SDR: 'XDR' };

/** A column of the table with its currency. */
interface CurrencyColumn {
	place: number;
	currency: string;
}

/**
 * Parses table F11.1: 1 Australian dollar in other currencies.
 * @throws Error if it is not that table
 */
export function readRba(text: string, today: Day): ReadRates {
	const lines = csvLines(text);
	const titles = lines.findIndex(({ cells }) => isTitled(cells, 'Series ID'));
	const columns = currencyColumns(lines);
	if (titles === -1 || columns.length === 0) {
		throw new ExplainedError(
			'The response is not table F11.1 of the Reserve Bank of Australia: it has no series or no currencies.',
			'Check Base URL, or try again later.',
		);
	}
	const read: ReadRates = { rates: [], rejected: [] };
	for (const line of lines.slice(titles + 1)) takeLine(read, line, columns, today);
	return read;
}

const isTitled = (cells: readonly string[], title: string): boolean =>
	cells[0]?.toLowerCase() === title.toLowerCase();

/** Finds the currency columns by their units or, failing that, by their series. An index has neither. */
function currencyColumns(lines: readonly CsvLine[]): CurrencyColumn[] {
	const units = lines.find(({ cells }) => isTitled(cells, 'Units'))?.cells ?? [];
	const series = lines.find(({ cells }) => isTitled(cells, 'Series ID'))?.cells ?? [];
	return series.flatMap((id, place) => {
		const codes = [units[place] ?? '', id.replace(/^FXR/, '')].map((code) => ISO_CODES[code] ?? code);
		const currency = codes.find(isCurrency);
		return place > 0 && currency && currency !== RBA.base ? [{ place, currency }] : [];
	});
}

function takeLine(
	read: ReadRates,
	{ line, cells, content }: CsvLine,
	columns: readonly CurrencyColumn[],
	today: Day,
): void {
	const date = parseDay(cells[0] ?? '');
	if (date === undefined) {
		read.rejected.push({
			line,
			content,
			reason: `"${cells[0]}" is not a date like 30-Jun-2026 or 30/06/2026.`,
		});
		return;
	}
	for (const { place, currency } of columns) {
		const rate = cells[place] ?? '';
		if (NO_RATE.has(rate.toUpperCase())) continue;
		const published = { base: RBA.base, quote: currency, date, rate, source: RBA.key };
		takeRate(read, published, today, { line, content: `${currency} ${rate}` });
	}
}

const FORMS = ['d-MMM-yyyy', 'd/M/yyyy'];

function parseDay(text: string): Day | undefined {
	const dates = FORMS.map((form) => DateTime.fromFormat(text, form, { zone: 'utc', locale: 'en' }));
	return dates.find(({ isValid }) => isValid)?.toISODate() ?? undefined;
}
