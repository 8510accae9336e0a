import { parse } from 'csv-parse/sync';

import { excerpt } from '../../shared/text';

/** A line of a CSV file. */
export interface CsvLine {
	/** Where it ends in the file, from 1. */
	line: number;
	cells: string[];
	/** Its beginning, to be shown. */
	content: string;
}

interface Parsed {
	record: string[];
	info: { lines: number };
}

/** The lines of a CSV file that hold anything; none where the text is no CSV, such as a web page. */
export function csvLines(text: string): CsvLine[] {
	return parseText(text)
		.map(({ record, info }) => ({
			line: info.lines,
			cells: record,
			content: excerpt(record.join(','), 200),
		}))
		.filter(({ cells }) => cells.some((cell) => cell !== ''));
}

function parseText(text: string): Parsed[] {
	try {
		return parse(text, {
			bom: true,
			info: true,
			relax_column_count: true,
			skip_empty_lines: true,
			trim: true,
		}) as unknown as Parsed[];
	} catch {
		// What is wrong with its quotes helps nobody: the reader of the file says that it is not the bank's.
		return [];
	}
}
