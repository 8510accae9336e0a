import { Decimal } from 'decimal.js';

import { plusDays } from '../../../../shared/dates';
import type { Cell } from '../cell';
import { damaged } from '../refusal';
import { unescapedText } from './shared-strings';
import type { Styles } from './styles';

/** What it takes to read a cell. */
export interface BookFacts {
	strings: readonly string[];
	styles: Styles;
	/** Whether days count from 1904, as Excel for Mac has done. */
	is1904: boolean;
}

/** A cell as its element has it. */
export interface RawCell {
	/** `s`, `str`, `inlineStr`, `b`, `e`, `d`, `n`. */
	type: string;
	style: number;
	/** What stands in `v`. */
	value: string;
	/** The text of `is`. */
	inline: string;
	hasFormula: boolean;
}

/** What the cell holds, its number as its format shows it. @throws FileRefusal where it refers to nothing */
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
	if (text === undefined) throw damaged('a cell refers to a text that is not there');
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
	// A cell keeps 17 digits of which it shows 15: the others are what binary fractions leave over.
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

/** Before March 1900 Excel's count is one off, since it takes 1900 for a leap year. */
const FIRST_SERIAL_1900 = 61;
const LAST_SERIAL_1900 = 2_958_465;
const DAYS_FROM_1900_TO_1904 = 1_462;

/** What Excel shows for a number that is no date. */
const NO_DATE: Cell = { error: '#####' };

function dateOfSerial(serial: number, is1904: boolean): Cell {
	const seconds = Math.round((serial + (is1904 ? DAYS_FROM_1900_TO_1904 : 0)) * DAY_S);
	const day = Math.floor(seconds / DAY_S);
	if (day < FIRST_SERIAL_1900 || day > LAST_SERIAL_1900) return NO_DATE;
	const date = plusDays('1899-12-30', day);
	const rest = seconds % DAY_S;
	return { date: rest === 0 ? date : `${date}T${new Date(rest * 1_000).toISOString().slice(11, 19)}` };
}
