import { isEmpty } from '../../../shared/money';

/**
 * A cell of a file. Text is later parsed in the formats that a person chose. A workbook's number keeps the kind that its
 * format gives it. Cells are JSON, because a rejected row is stored with its cells and normalised from them again.
 */
export type Cell =
	| string
	| number
	| boolean
	| null
	| undefined
	/** `YYYY-MM-DD`, with `Thh:mm:ss` unless it is midnight. */
	| { date: string }
	/** The displayed decimal without the percent sign: `12.5`. */
	| { percent: string }
	/** A number displayed as a time of day or a duration. */
	| { time: number }
	/** The displayed error, such as `#N/A`. */
	| { error: string }
	/** A formula without a stored result. */
	| { formula: true }
	/** A number displayed with leading zeros, such as an account number. */
	| { number: number; shown: string };

/** Whether a cell is empty. */
export const isEmptyCell = (cell: Cell): boolean => isEmpty(cell);

/** What a person sees in the cell, for messages; an empty string for an empty cell. */
export function shownText(cell: unknown): string {
	if (isEmpty(cell)) return '';
	if (typeof cell !== 'object' || cell === null) return String(cell).trim();
	if (cell instanceof Date) return cell.toISOString();
	if ('date' in cell) return String(cell.date).replace('T', ' ');
	if ('percent' in cell) return `${String(cell.percent)}%`;
	if ('error' in cell) return String(cell.error);
	if ('shown' in cell) return String(cell.shown);
	if ('time' in cell) return 'a time';
	if ('formula' in cell) return 'a formula without a result';
	return JSON.stringify(cell);
}

/** Whether a cell has no value: it is empty, an error, or a formula without a result. */
export function isMissing(cell: unknown): boolean {
	if (isEmpty(cell)) return true;
	return typeof cell === 'object' && cell !== null && ('error' in cell || 'formula' in cell);
}

/** Explains why a cell that `isMissing` has no `what`. @param columns possible names of its column */
export function missingText(cell: unknown, what: string, columns: string): string {
	const none = `There is no ${what}`;
	if (cell === undefined)
		return `${none}: no column is called ${columns}. Add or rename it in the file, or name it in Column Map.`;
	if (typeof cell !== 'object' || cell === null) return `${none}: the cell is empty. Fill it in.`;
	if ('formula' in cell) {
		return `${none}: the file does not contain the formula's result. Open it in Excel or LibreOffice and save it.`;
	}
	return `${none}: the cell shows ${shownText(cell)}. Correct it.`;
}
