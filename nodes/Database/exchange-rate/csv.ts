import { parse } from 'csv-parse/sync';

import { excerpt } from '../../shared/text';

/** A line of a CSV file. */
export interface CsvLine {
	/** Number of its last line in the file, from 1. */
	line: number;
	cells: string[];
	/** Its beginning, for display. */
	content: string;
}

interface Parsed {
	record: string[];
	info: { lines: number };
}

/** Parses the non-empty lines of a CSV file; none if the text is not CSV, such as a web page. */
export function csvLines(text: string): CsvLine[] {
	return parseCsv(text)
		.map(({ record, info }) => ({
			line: info.lines,
			cells: record,
			content: excerpt(record.join(','), 200),
		}))
		.filter(({ cells }) => cells.some((cell) => cell !== ''));
}

function parseCsv(text: string): Parsed[] {
	try {
		return parse(text, {
			bom: true,
			info: true,
			relax_column_count: true,
			skip_empty_lines: true,
			trim: true,
		}) as unknown as Parsed[];
	} catch {
		// A quoting error would not help: the caller reports that the text is not the bank's file.
		return [];
	}
}
