import { isDay } from '../postgres/days';
import { canonicalInstant, describeOddInstant } from '../postgres/rows';
import type { Column, ColumnType } from '../schema/tables';
import { isStorable, storable } from '../postgres/storable-text';
import type { LoadRejection } from './input';

/** A value that its column cannot store. */
export class InvalidValueError extends Error implements LoadRejection {
	constructor(
		readonly code: string,
		readonly path: string,
		message: string,
	) {
		super(message);
	}
}

/** An escape in JSON text that PostgreSQL cannot store. After an odd number of further backslashes it is plain text. */
const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * The value as text for PostgreSQL, in one canonical spelling, so that equal keys are equal texts.
 * @throws InvalidValueError if the column cannot store it
 */
export function columnText(column: Column, given: unknown): string | null {
	const value = plain(given ?? column.fallback);
	if (value === undefined || value === null || (value === '' && column.type !== 'text')) {
		if (column.nullable) return null;
		throw new InvalidValueError('missing_value', column.property, `${column.property} is missing.`);
	}
	return READERS[column.type](value, column.property);
}

/** n8n expressions yield dates of JavaScript and Luxon, which have `toJSON`. */
function plain(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	const { toJSON } = value as { toJSON?: unknown };
	return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value;
}

type Reader = (value: unknown, path: string) => string;

const READERS: Record<ColumnType, Reader> = {
	text: readStorableText,
	date: readDate,
	timestamptz: readInstant,
	'numeric(12,2)': (value, path) => readDecimal(value, path, 1e10),
	'numeric(12,4)': (value, path) => readDecimal(value, path, 1e8),
};

/** A text that PostgreSQL can store; numbers become their digits. */
export function readStorableText(value: unknown, path: string): string {
	const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
	if (typeof text !== 'string') throw wrongType(path, 'a text', value);
	if (!isStorable(text)) throw unstorable(path);
	return text;
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;

/** `limit` is the first magnitude too large for the column. Overflow by rounding is left to the database. */
function readDecimal(value: unknown, path: string, limit: number): string {
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

/** As programs and PostgreSQL write it. */
const MIDNIGHT_UTC = /[T ]00:00(?::00(?:\.0{1,9})?)?(?:Z|[+-]00(?::?00(?::00)?)?)$/;

/** A calendar day. An instant is accepted only at midnight UTC: any other could be another day in some time zone. */
function readDate(value: unknown, path: string): string {
	if (typeof value !== 'string') throw wrongType(path, 'a date (YYYY-MM-DD)', value);
	const day = value.length > 10 ? value.replace(MIDNIGHT_UTC, '') : value;
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
 * JSON text that `jsonb` can store.
 * @throws InvalidValueError for circular references, big integers, NUL and lone surrogates
 */
export function readJson(value: object, path: string): string {
	const text = jsonText(value);
	if (text === undefined)
		throw new InvalidValueError('invalid_json', path, `${path} cannot be written as JSON.`);
	if (!isStorableJson(text)) throw unstorable(path);
	return text;
}

/** Whether `jsonb` can store JSON text: no NUL, no lone surrogate. */
export function isStorableJson(text: string): boolean {
	return !(text.includes('\\u') && UNSTORABLE_ESCAPE.test(text));
}

/** JSON text, or undefined for what JSON cannot express, such as a circular reference. */
export function jsonText(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		// A circular reference, a big integer, or nested deeper than the stack.
		return undefined;
	}
}

/** Whether a value is a JSON object: not an array, a date or another value with its own JSON form. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	return typeof (value as { toJSON?: unknown }).toJSON !== 'function';
}

function wrongType(path: string, wanted: string, value: unknown): InvalidValueError {
	return new InvalidValueError('wrong_type', path, `${path} is not ${wanted}: ${describeValue(value)}.`);
}

function unstorable(path: string): InvalidValueError {
	const message = `${path} contains a NUL character or half a surrogate pair, which PostgreSQL cannot store.`;
	return new InvalidValueError('untranslatable_character', path, message);
}

function describeValue(value: unknown): string {
	if (typeof value === 'string') return value === '' ? 'an empty text' : clipped(value);
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' || typeof value === 'function' ? `an ${typeof value}` : String(value);
}

const clipped = (text: string): string => storable(text.length > 60 ? `${text.slice(0, 60)}…` : text);
