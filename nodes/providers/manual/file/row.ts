import type { Cell } from './cell';

/** A row of a file below its header, as it leaves the reader. */
export interface FileRow {
	/** The sheet's name, in a workbook. */
	sheet?: string;
	/** Its number in the sheet, or its line in the text, the first being 1. */
	line: number;
	/** The cells of the columns that are known, by the column's name in the header. */
	cells: Record<string, Cell>;
	/** Why the row cannot be read whatever its cells are. */
	fault?: { code: string; message: string };
}

/** What was read of a file, and what was not. */
export interface FileReport {
	/** `CSV` or `XLSX`. */
	kind: string;
	/** How it was read, a sentence each. */
	notes: string[];
	/** What was not read, or guessed, a sentence each. */
	warnings: string[];
	/** Rows between the header and the last filled row that hold nothing. */
	empty: number;
}

export type RowSink = (row: FileRow) => void;
