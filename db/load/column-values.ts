import { isDay } from '../postgres/days';
import { canonicalInstant, describeOddInstant } from '../postgres/rows';
import type { Column, ColumnType } from '../schema/tables';
import { isStorable, storable } from '../postgres/storable-text';
import type { LoadRejection } from './input';

/** A value that its column cannot take. */
export class InvalidValueError extends Error implements LoadRejection {
	constructor(
		readonly code: string,
		readonly path: string,
		message: string,
	) {
		super(message);
	}
}

/** What PostgreSQL cannot hold, in JSON text, where it is an escape: an even number of backslashes before one is text. */
const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * The value as PostgreSQL reads it, in one spelling per value, so that equal keys are equal texts.
 * @throws RefusedValue when the column cannot take it
 */
export function columnText(column: Column, given: unknown): string | null {
	const value = plain(given ?? column.fallback);
	if (value === undefined || value === null || (value === '' && column.type !== 'text')) {
		if (column.nullable) return null;
		throw new InvalidValueError('missing_value', column.property, `${column.property} is missing.`);
	}
	return READERS[column.type](value, column.property);
}

/** Dates of JavaScript and Luxon, which expressions in n8n give, know their own text. */
function plain(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	const { toJSON } = value as { toJSON?: unknown };
	return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value;
}

type Reader = (value: unknown, path: string) => string;

const READERS: Record<ColumnType, Reader> = {
	text: readText,
	date: readDate,
	timestamptz: readInstant,
	'numeric(12,2)': (value, path) => readNumber(value, path, 1e10),
	'numeric(12,4)': (value, path) => readNumber(value, path, 1e8),
};

/** A text that PostgreSQL can hold; numbers are taken as their digits. */
export function readText(value: unknown, path: string): string {
	const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
	if (typeof text !== 'string') throw wrongType(path, 'a text', value);
	if (!isStorable(text)) throw unstorable(path);
	return text;
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;

/** `limit` is the first magnitude too large for the column; what only rounding makes too large is left to it. */
function readNumber(value: unknown, path: string, limit: number): string {
	const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
	if (typeof text !== 'string' || !DECIMAL.test(text)) throw wrongType(path, 'a decimal number', value);
	if (text.length < 9 && !/e/i.test(text)) return text;
	if (Math.abs(Number(text)) < limit) return text;
	throw new InvalidValueError(
		'numeric_out_of_range',
		path,
		`${path} does not fit its column: ${clipped(text)}.`,
	);
}

/** A calendar day. An instant is taken only at midnight UTC: any other could be another day somewhere. */
function readDate(value: unknown, path: string): string {
	if (typeof value !== 'string') throw wrongType(path, 'a date (YYYY-MM-DD)', value);
	const day = value.length > 10 ? value.replace(/T00:00:00(?:\.0+)?Z$/, '') : value;
	if (isDay(day)) return day;
	throw new InvalidValueError(
		'invalid_datetime',
		path,
		`${path} is not a date in the form YYYY-MM-DD: ${clipped(value)}.`,
	);
}

function readInstant(value: unknown, path: string): string {
	if (typeof value !== 'string') throw wrongType(path, 'a time with its time zone', value);
	const instant = canonicalInstant(isDay(value) ? `${value}T00:00:00Z` : value);
	if (instant) return instant;
	throw new InvalidValueError(
		'invalid_datetime',
		path,
		`${path} ${describeOddInstant(value) ?? 'is not a time with its time zone, such as 2026-06-30T09:30:00Z'}: ${clipped(value)}.`,
	);
}

/**
 * JSON text that `jsonb` can hold.
 * @throws RefusedValue for circles, big integers, NUL and lone surrogates
 */
export function readJson(value: object, path: string): string {
	const text = jsonText(value);
	if (text === undefined)
		throw new InvalidValueError('invalid_json', path, `${path} cannot be written as JSON.`);
	if (!isStorableJson(text)) throw unstorable(path);
	return text;
}

/** Tells whether `jsonb` can hold JSON text: no NUL, no lone surrogate. */
export function isStorableJson(text: string): boolean {
	return !(text.includes('\\u') && UNSTORABLE_ESCAPE.test(text));
}

/** JSON text, or undefined for what JSON cannot express, such as a circle. */
export function jsonText(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		// A circle, a big integer, or nested deeper than the stack.
		return undefined;
	}
}

/** A JSON object, and not an array, a date or a class of its own. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	return typeof (value as { toJSON?: unknown }).toJSON !== 'function';
}

function wrongType(path: string, wanted: string, value: unknown): InvalidValueError {
	return new InvalidValueError('wrong_type', path, `${path} is not ${wanted}: ${described(value)}.`);
}

function unstorable(path: string): InvalidValueError {
	const message = `${path} holds a NUL character or half a surrogate pair, which PostgreSQL cannot store.`;
	return new InvalidValueError('untranslatable_character', path, message);
}

function described(value: unknown): string {
	if (typeof value === 'string') return value === '' ? 'an empty text' : clipped(value);
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' || typeof value === 'function' ? `an ${typeof value}` : String(value);
}

const clipped = (text: string): string => storable(text.length > 60 ? `${text.slice(0, 60)}…` : text);
