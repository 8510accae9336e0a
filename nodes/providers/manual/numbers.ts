import { isEmpty, parseAmount, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';

/** How a file writes numbers. Nobody can tell whether 1.234 is more than a thousand: a person says so. */
export const NUMBER_FORMATS = {
	'1,234.56': { thousands: [','], point: '.' },
	'1.234,56': { thousands: ['.'], point: ',' },
	'1 234,56': { thousands: [' ', '\u00a0', '\u202f'], point: ',' },
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

/**
 * Reads a cell with a number. A spreadsheet's number is one already, a text is read in the chosen format and no other.
 * @throws Rejection `value_missing` or `not_a_number`, with what to do
 */
export function readNumber(cell: unknown, format: NumberFormat): Amount {
	if (isEmpty(cell)) {
		throw new Rejection(
			'value_missing',
			'value',
			'There is no value: the cell is empty, or no column is called Value. Fill it in, or name the column in Column Map.',
		);
	}
	if (typeof cell === 'number') return parseAmount(cell, 'value');
	const text = String(cell)
		.trim()
		.replace(/^\u2212/, '-');
	const { number, group, point } = PATTERNS.get(format)!;
	if (!number.test(text)) throw notANumber(text, format);
	return parseAmount(text.replace(group, '').replace(point, '.'), 'value');
}

function notANumber(text: string, format: NumberFormat): Rejection {
	const shown = excerpt(text, 60);
	return new Rejection('not_a_number', 'value', `"${shown}" is not a number as ${format}. ${advice(text)}`);
}

function advice(text: string): string {
	if (/%/.test(text)) return 'Leave the percent sign to the column Unit.';
	if (/^\(.*\)$/.test(text)) return 'Write a negative number with a minus sign before it.';
	if (/\p{Sc}/u.test(text)) return 'Leave the currency to the column Unit.';
	if (/\d/.test(text)) return 'Choose the number format that the file is written in, or correct the cell.';
	return 'Correct the cell.';
}
