import { isDay, type Day } from '../../shared/dates';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { isMissing, missingText, shownText } from './file/cell';

/** Date formats of files. */
const PATTERNS = {
	'YYYY-MM-DD': /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/,
	'DD/MM/YYYY': /^(?<day>\d{1,2})\/(?<month>\d{1,2})\/(?<year>\d{4})$/,
	'MM/DD/YYYY': /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/,
	'DD.MM.YYYY': /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})$/,
};

export type DateFormat = keyof typeof PATTERNS;

export const DATE_FORMATS = Object.keys(PATTERNS) as DateFormat[];

/** Midnight, as programs add it to dates that they store as instants. The date applies as written, whatever the offset. */
const MIDNIGHT = /[T ]00:00(?::00(?:\.0{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Longer texts are not dates and are not matched against the patterns. */
const MAX_LENGTH = 40;

/**
 * Reads a cell with a date. A workbook's date is used as it is; text is read only in the chosen format.
 * @throws Rejection `date_missing` or `not_a_date`, with what to do
 */
export function readDayCell(cell: unknown, format: DateFormat): Day {
	if (isMissing(cell)) {
		throw new Rejection('date_missing', 'date', missingText(cell, 'date', 'Date'));
	}
	const day = parseCell(cell, format);
	if (day !== undefined) return day;
	throw new Rejection('not_a_date', 'date', notADate(cell, format));
}

function parseCell(cell: unknown, format: DateFormat): Day | undefined {
	if (typeof cell === 'string') return parseText(cell.trim(), format);
	if (cell instanceof Date) return parseText(shownText(cell), format);
	if (typeof cell !== 'object' || cell === null || !('date' in cell)) return undefined;
	return typeof cell.date === 'string' && isDay(cell.date) ? cell.date : undefined;
}

function parseText(text: string, format: DateFormat): Day | undefined {
	if (text.length > MAX_LENGTH) return undefined;
	const withoutTime = text.replace(MIDNIGHT, '');
	// A date with a time was written by a program, as year, month and day, whatever the format of the file.
	const pattern = withoutTime === text ? PATTERNS[format] : PATTERNS['YYYY-MM-DD'];
	const groups = (pattern.exec(withoutTime) ?? PATTERNS[format].exec(withoutTime))?.groups;
	if (!groups) return undefined;
	const day = `${groups.year}-${groups.month!.padStart(2, '0')}-${groups.day!.padStart(2, '0')}`;
	return isDay(day) ? day : undefined;
}

function notADate(cell: unknown, format: DateFormat): string {
	const shown = excerpt(shownText(cell), 60);
	if (typeof cell === 'number') {
		return `"${shown}" is a number, not a date. Give the cell the number format of a date, or write the day as ${format}.`;
	}
	const advice = /^\d{1,2}\D\d{1,2}\D\d{2}$/.test(shown)
		? 'Write the year with four digits.'
		: 'Choose the date format of the file, or correct the cell. A time of day is not allowed.';
	return `"${shown}" is not a date in the format ${format}. ${advice}`;
}
