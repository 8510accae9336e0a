import { Decimal } from 'decimal.js';

import { Rejection } from './rejection';
import { excerpt } from './text';

/** Sums are exact, quotients are rounded far below the cent; exponents are never printed. */
const Exact = Decimal.clone({
	precision: 60,
	rounding: Decimal.ROUND_HALF_UP,
	toExpNeg: -9e15,
	toExpPos: 9e15,
});

/** An amount of money, or a rate, of any currency. */
export type Amount = Decimal;

export const ZERO: Amount = new Exact(0);

/** A maximum number of digits keeps sums of amounts exact. */
const MAX_DIGITS = 40;

/** An optional minus sign, digits with optional thousands separators, a decimal point. */
const DECIMAL_TEXT = /^-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/;

const NUMBER_TEXT = /^-?\d+(?:\.\d+)?e[+-]\d+$/;

/** Parses a decimal that our own code or the database wrote. */
export function toAmount(text: string): Amount {
	return new Exact(text);
}

/**
 * Parses a provider's amount from text or a JSON number.
 * @param path its path in the record, for the rejection
 * @throws Rejection `amount_missing` if it is empty, `not_a_number` if it is not a plain decimal
 */
export function parseAmount(value: unknown, path: string): Amount {
	const text = typeof value === 'number' ? String(value) : value;
	if (isEmpty(text)) {
		throw new Rejection('amount_missing', path, 'A required amount is missing.');
	}
	const amount = typeof text === 'string' ? parseDecimal(text.trim(), typeof value === 'number') : undefined;
	if (amount === undefined) throw new Rejection('not_a_number', path, notANumber(value));
	return amount;
}

/** Whether a cell is empty: providers omit it or send whitespace. */
export function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function parseDecimal(text: string, isNumber: boolean): Amount | undefined {
	if (text.length > 2 * MAX_DIGITS) return undefined;
	const plain = DECIMAL_TEXT.test(text);
	// JavaScript prints very large and very small numbers with an exponent; a provider's text must not have one.
	if (!plain && !(isNumber && NUMBER_TEXT.test(text))) return undefined;
	const amount = new Exact(text.replaceAll(',', ''));
	return (plain && text.length <= MAX_DIGITS) || countDigits(amount) <= MAX_DIGITS ? amount : undefined;
}

function countDigits(amount: Amount): number {
	return Math.max(1, amount.e + 1) + amount.decimalPlaces();
}

function notANumber(value: unknown): string {
	if (typeof value !== 'string') return `A decimal number is expected here, not ${describeValue(value)}.`;
	const shown = excerpt(value.trim(), 60);
	if (/^\(.*\)$/s.test(value.trim())) {
		return `"${shown}" is in parentheses. Write a negative amount with a minus sign.`;
	}
	return `"${shown}" is not a plain decimal number of at most ${MAX_DIGITS} digits.`;
}

function describeValue(value: unknown): string {
	if (typeof value === 'number') return String(value);
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The exact sum. */
export function sumAmounts(amounts: Iterable<Amount>): Amount {
	let sum = ZERO;
	for (const amount of amounts) sum = sum.plus(amount);
	return sum;
}

/** Printed figures are rounded, so their sums may differ by a cent. */
const ONE_CENT = '0.01';

/** Whether two amounts are equal apart from rounding. */
export function isSameAmount(a: Amount, b: Amount): boolean {
	return a.minus(b).abs().lte(ONE_CENT);
}

/** Rounds half away from zero to a number of decimal places, as PostgreSQL's numeric does. */
export function roundedTo(amount: Amount, places: 2 | 4): Amount {
	return amount.toDecimalPlaces(places, Decimal.ROUND_HALF_UP);
}

/**
 * An amount as text for a column `numeric(12, places)`, rounded half away from zero.
 * @throws Rejection `numeric_out_of_range` if it has more digits than the column allows
 */
export function columnText(amount: Amount, places: 2 | 4, path: string): string {
	const rounded = roundedTo(amount, places);
	if (!rounded.isFinite() || digitsBeforePoint(rounded) > 12 - places) {
		throw new Rejection(
			'numeric_out_of_range',
			path,
			`${excerpt(plainText(amount), 60)} is too large: at most ${12 - places} digits before the decimal point are possible.`,
		);
	}
	return rounded.isZero() ? ZERO.toFixed(places) : rounded.toFixed(places);
}

function digitsBeforePoint(amount: Amount): number {
	return amount.isZero() ? 0 : amount.e + 1;
}

/** The exact amount with at least two decimal places. */
export function plainText(amount: Amount): string {
	return amount.isZero() ? '0.00' : amount.toFixed(Math.max(2, amount.decimalPlaces()));
}
