import { parseAmount, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { isMissing, missingText, shownText } from './file/cell';

/** Number formats of files. A person chooses, because 1.234 may be more than a thousand or not. */
export const NUMBER_FORMATS = {
	'1,234.56': { thousands: [','], point: '.' },
	'1.234,56': { thousands: ['.'], point: ',' },
	'1 234,56': { thousands: [' ', '\u00a0', '\u202f', '\u2009'], point: ',' },
	"1'234.56": { thousands: ["'", '\u2019'], point: '.' },
} as const;

export type NumberFormat = keyof typeof NUMBER_FORMATS;

const PATTERNS = new Map(
	Object.entries(NUMBER_FORMATS).map(([name, { thousands, point }]) => {
		const group = `[${thousands.map(escaped).join('')}]`;
		return [
			name as NumberFormat,
			{
				number: new RegExp(`^-?(?:\\d+|\\d{1,3}(?:${group}\\d{3})+)(?:${escaped(point)}\\d+)?$`),
				group: new RegExp(group, 'g'),
				point,
			},
		];
	}),
);

function escaped(sign: string): string {
	return sign.replace(/[.]/, '\\$&');
}

/** A cell's number. With a percent sign, it is the displayed number: 12.5 for 12.5%. */
export interface CellNumber {
	amount: Amount;
	isPercent: boolean;
}

/** Longer texts are not numbers and are not matched against the patterns. */
const MAX_LENGTH = 100;

/**
 * Reads a cell with a number. A workbook's number is used as it is; text is read only in the chosen format.
 * @throws Rejection `value_missing` or `not_a_number`, with what to do
 */
export function readNumberCell(cell: unknown, format: NumberFormat): CellNumber {
	if (isMissing(cell)) {
		throw new Rejection('value_missing', 'value', missingText(cell, 'value', 'Value'));
	}
	if (typeof cell === 'number') return { amount: parseAmount(cell, 'value'), isPercent: false };
	if (typeof cell === 'object' && cell !== null) return readCellNumber(cell, format);
	return textNumber(shownText(cell), format);
}

function readCellNumber(cell: object, format: NumberFormat): CellNumber {
	if ('percent' in cell) return { amount: parseAmount(cell.percent, 'value'), isPercent: true };
	if ('number' in cell) return { amount: parseAmount(cell.number, 'value'), isPercent: false };
	throw notANumber(shownText(cell), format, 'Give the cell the number format of a number.');
}

const withoutPercent = (text: string): string => (text.endsWith('%') ? text.slice(0, -1).trimEnd() : text);

function textNumber(shown: string, format: NumberFormat): CellNumber {
	const text = withoutPercent(shown.replace(/^\u2212/, '-'));
	const { number, group, point } = PATTERNS.get(format)!;
	if (text.length > MAX_LENGTH || !number.test(text)) throw notANumber(shown, format, advice(shown));
	const amount = parseAmount(text.replace(group, '').replace(point, '.'), 'value');
	return { amount, isPercent: shown.endsWith('%') };
}

function notANumber(text: string, format: NumberFormat, what: string): Rejection {
	return new Rejection(
		'not_a_number',
		'value',
		`"${excerpt(text, 60)}" is not a number in the format ${format}. ${what}`,
	);
}

function advice(text: string): string {
	if (/^\(.*\)$/.test(text)) return 'Write negative numbers with a leading minus sign.';
	if (/\p{Sc}/u.test(text)) return 'Move the currency to the column Unit.';
	if (/\d/.test(text)) return 'Choose the number format of the file, or correct the cell.';
	return 'Correct the cell.';
}
