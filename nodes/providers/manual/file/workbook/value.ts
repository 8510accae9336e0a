import { Decimal } from 'decimal.js';

import { plusDays } from '../../../../shared/dates';
import type { Cell } from '../cell';
import { damaged } from '../unreadable-file';
import { unescapedText } from './shared-strings';
import type { Styles } from './styles';

/** The workbook's data needed to read a cell. */
export interface BookFacts {
	strings: readonly string[];
	styles: Styles;
	/** Whether dates count from 1904, as in old versions of Excel for Mac. */
	is1904: boolean;
}

/** A cell's XML element. */
export interface RawCell {
	/** `s`, `str`, `inlineStr`, `b`, `e`, `d`, `n`. */
	type: string;
	style: number;
	/** The content of `v`. */
	value: string;
	/** The text in `is`. */
	inline: string;
	hasFormula: boolean;
}

/** Converts a cell, a number according to its format. @throws UnreadableFileError if it refers to a missing string */
export function cellValue({ type, style, value, inline, hasFormula }: RawCell, book: BookFacts): Cell {
	if (type === 'inlineStr') return inline;
	if (value.trim() === '') return hasFormula && type !== 'str' ? { formula: true } : '';
	if (type === 's') return sharedString(book.strings, value);
	if (type === 'str') return unescapedText(value);
	if (type === 'b') return value === '1' || value === 'true';
	if (type === 'e') return { error: value };
	if (type === 'd') return isoDate(value);
	return numberCell(value, style, book);
}

function sharedString(strings: readonly string[], index: string): string {
	const text = strings[Number(index)];
	if (text === undefined) throw damaged('a cell refers to a missing text');
	return text;
}

function isoDate(text: string): Cell {
	const [, date = text, time = ''] =
		/^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?Z?)?$/.exec(text.trim()) ?? [];
	return { date: time === '' || time === '00:00:00' ? date : `${date}T${time}` };
}

const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

function numberCell(text: string, style: number, { styles, is1904 }: BookFacts): Cell {
	if (!NUMBER.test(text)) return text;
	const exact = Number(text);
	if (!Number.isFinite(exact)) return text;
	// A cell stores 17 digits but displays 15. The others are rounding errors of binary fractions.
	const number = Number(exact.toPrecision(15));
	const kind = styles.getKind(style);
	switch (kind.is) {
		case 'date':
			return dateOfSerial(exact, is1904);
		case 'time':
			return { time: number };
		case 'percent':
			return { percent: new Decimal(number).times(new Decimal(100).pow(kind.signs)).toFixed() };
		case 'padded':
			return paddedNumber(number, kind.digits);
		default:
			return number;
	}
}

function paddedNumber(number: number, digits: number): Cell {
	if (!Number.isSafeInteger(number) || number < 0) return number;
	return { number, shown: String(number).padStart(digits, '0') };
}

const DAY_S = 86_400;

/** Earlier serials are off by one, because Excel treats 1900 as a leap year. */
const FIRST_SERIAL_1900 = 61;
const LAST_SERIAL_1900 = 2_958_465;
const DAYS_FROM_1900_TO_1904 = 1_462;

/** What Excel displays for a number that is not a date. */
const NO_DATE: Cell = { error: '#####' };

function dateOfSerial(serial: number, is1904: boolean): Cell {
	const seconds = Math.round((serial + (is1904 ? DAYS_FROM_1900_TO_1904 : 0)) * DAY_S);
	const day = Math.floor(seconds / DAY_S);
	if (day < FIRST_SERIAL_1900 || day > LAST_SERIAL_1900) return NO_DATE;
	const date = plusDays('1899-12-30', day);
	const rest = seconds % DAY_S;
	return { date: rest === 0 ? date : `${date}T${new Date(rest * 1_000).toISOString().slice(11, 19)}` };
}
