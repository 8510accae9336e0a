import type { Cell } from './cell';

/** A row below the header of a file. */
export interface FileRow {
	/** The sheet's name, for a workbook. */
	sheet?: string;
	/** Row number in the sheet, or line number in the text, from 1. */
	line: number;
	/** Cells of known columns, keyed by the column's name in the header. */
	cells: Record<string, Cell>;
	/** Why the row cannot be read, whatever its cells hold. */
	fault?: { code: string; message: string };
}

/** How a file was read. */
export interface FileReport {
	/** `CSV` or `XLSX`. */
	kind: string;
	/** How the file was read, one sentence each. */
	notes: string[];
	/** What was not read, or only guessed, one sentence each. */
	warnings: string[];
	/** The number of empty rows between the header and the last non-empty row. */
	empty: number;
}

/** The number of characters in the row's texts. */
export function countCharacters({ cells }: FileRow): number {
	let count = 0;
	for (const name in cells) {
		const cell = cells[name];
		if (typeof cell === 'string') count += cell.length;
	}
	return count;
}

export type RowSink = (row: FileRow) => void;
