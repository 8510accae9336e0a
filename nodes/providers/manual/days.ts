import { isDay, plusDays, type Day } from '../../shared/dates';
import { isEmpty } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';

/** How a file writes dates: in which order day, month and year stand, and what is between them. */
const PATTERNS = {
	'YYYY-MM-DD': /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/,
	'DD/MM/YYYY': /^(?<day>\d{1,2})\/(?<month>\d{1,2})\/(?<year>\d{4})$/,
	'MM/DD/YYYY': /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/,
	'DD.MM.YYYY': /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})$/,
};

export type DateFormat = keyof typeof PATTERNS;

export const DATE_FORMATS = Object.keys(PATTERNS) as DateFormat[];

/** Midnight, as programs write a date that they keep as an instant. */
const MIDNIGHT = /[T ]00:00(?::00(?:\.0+)?)?Z?$/;

/** Excel counts days from here; the first of March 1900 is its 61st. */
const EXCEL_START: Day = '1899-12-30';
const EXCEL_FIRST = 61;
const EXCEL_LAST = 2_958_465;

/**
 * Reads a cell with a date. A spreadsheet's date is a number of days, a text is read in the chosen format and no other.
 * @throws Rejection `date_missing` or `not_a_date`, with what to do
 */
export function readDay(cell: unknown, format: DateFormat): Day {
	if (isEmpty(cell)) {
		throw new Rejection(
			'date_missing',
			'date',
			'There is no date: the cell is empty, or no column is called Date. Fill it in, or name the column in Column Map.',
		);
	}
	const day = typeof cell === 'number' ? excelDay(cell) : dayIn(textOf(cell), format);
	if (day !== undefined) return day;
	throw new Rejection(
		'not_a_date',
		'date',
		`"${excerpt(textOf(cell), 60)}" is not a day as ${format}. Choose the date format that the file is written in, or correct the cell; a time of day is not taken.`,
	);
}

const textOf = (cell: unknown): string => (cell instanceof Date ? cell.toISOString() : String(cell).trim());

function excelDay(serial: number): Day | undefined {
	// Before March 1900 Excel's count is one off, since it takes 1900 for a leap year.
	if (!Number.isInteger(serial) || serial < EXCEL_FIRST || serial > EXCEL_LAST) return undefined;
	return plusDays(EXCEL_START, serial);
}

function dayIn(text: string, format: DateFormat): Day | undefined {
	const withoutTime = text.replace(MIDNIGHT, '');
	// Written by a program with its time, it is year, month and day, whatever people write in that file.
	const pattern = withoutTime === text ? PATTERNS[format] : PATTERNS['YYYY-MM-DD'];
	const groups = (pattern.exec(withoutTime) ?? PATTERNS[format].exec(withoutTime))?.groups;
	if (!groups) return undefined;
	const day = `${groups.year}-${groups.month!.padStart(2, '0')}-${groups.day!.padStart(2, '0')}`;
	return isDay(day) ? day : undefined;
}
