import { isEmpty } from '../../../shared/money';

/**
 * A cell as its file has it. Text is read in the formats that a person chose; what a workbook knows of a number is told
 * with it. All of it is JSON: a rejected row is kept with its cells, and read again from them.
 */
export type Cell =
	| string
	| number
	| boolean
	| null
	| undefined
	/** `YYYY-MM-DD`, with `Thh:mm:ss` where it is not midnight. */
	| { date: string }
	/** A decimal as it is shown, without the sign: `12.5`. */
	| { percent: string }
	/** A number that is shown as a time of day or a duration. */
	| { time: number }
	/** What the cell shows, such as `#N/A`. */
	| { error: string }
	/** A formula of which the file does not say what it came to. */
	| { formula: true }
	/** A number that is shown with zeros before it, such as an account's number. */
	| { number: number; shown: string };

/** Tells whether a workbook's or a CSV file's cell holds nothing at all. */
export const isEmptyCell = (cell: Cell): boolean => isEmpty(cell);

/** What a person sees in the cell, for messages; blank for an empty one. */
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

/** Tells whether a cell has nothing to read: it is empty, or its program could not say what it holds. */
export function isMissing(cell: unknown): boolean {
	if (isEmpty(cell)) return true;
	return typeof cell === 'object' && cell !== null && ('error' in cell || 'formula' in cell);
}

/** Why there is no `what` in a cell that `isMissing`. @param columns what its column could be called */
export function missingText(cell: unknown, what: string, columns: string): string {
	const none = `There is no ${what}`;
	if (cell === undefined) return `${none}: no column is called ${columns}. Add it, or name it in Column Map.`;
	if (typeof cell !== 'object' || cell === null) return `${none}: the cell is empty. Fill it in.`;
	if ('formula' in cell) {
		return `${none}: the file does not say what the formula comes to. Open it in Excel or LibreOffice and save it.`;
	}
	return `${none}: the cell shows ${shownText(cell)}. Correct it.`;
}
