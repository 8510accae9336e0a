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

/** The lines of a CSV file that hold anything. @throws Error where it is no CSV */
export function csvLines(text: string): CsvLine[] {
	const parsed = parse(text, {
		bom: true,
		info: true,
		relax_column_count: true,
		skip_empty_lines: true,
		trim: true,
	}) as unknown as Parsed[];
	return parsed
		.map(({ record, info }) => ({
			line: info.lines,
			cells: record,
			content: excerpt(record.join(','), 200),
		}))
		.filter(({ cells }) => cells.some((cell) => cell !== ''));
}
