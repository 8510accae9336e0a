import { isDay, type Day } from '../../shared/dates';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { isMissing, missingText, shownText } from './file/cell';

/** How a file writes dates: in which order day, month and year stand, and what is between them. */
const PATTERNS = {
	'YYYY-MM-DD': /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/,
	'DD/MM/YYYY': /^(?<day>\d{1,2})\/(?<month>\d{1,2})\/(?<year>\d{4})$/,
	'MM/DD/YYYY': /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/,
	'DD.MM.YYYY': /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})$/,
};

export type DateFormat = keyof typeof PATTERNS;

export const DATE_FORMATS = Object.keys(PATTERNS) as DateFormat[];

/** Midnight, as programs write a date that they keep as an instant. The day is that of the text, whatever its offset. */
const MIDNIGHT = /[T ]00:00(?::00(?:\.0{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/** No date is longer; nothing longer is held against a pattern. */
const MAX_LENGTH = 40;

/**
 * Reads a cell with a date. A workbook's date is one already, a text is read in the chosen format and no other.
 * @throws Rejection `date_missing` or `not_a_date`, with what to do
 */
export function readDay(cell: unknown, format: DateFormat): Day {
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
	// Written by a program with its time, it is year, month and day, whatever people write in that file.
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
		: 'Choose the date format that the file is written in, or correct the cell; a time of day is not taken.';
	return `"${shown}" is not a day as ${format}. ${advice}`;
}
