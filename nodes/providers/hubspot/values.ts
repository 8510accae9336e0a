import { isNone, parseInstant } from '../../shared/facts';
import { toAmount, isEmpty, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';

/** HubSpot prints floats with all their digits: "0.8000000000000000444089209850062616169452667236328125". */
const NUMBER = /^-?(?:\d{1,40}(?:\.\d{0,200})?|\.\d{1,200})(?:e[+-]?\d{1,2})?$/i;

/** Digits beyond this are float noise, never part of an amount or a rate. */
const PLACES = 12;

/**
 * Parses a property's number. HubSpot's values are strings or null; empty, null and absent mean the same.
 * @throws Rejection `not_a_number`
 */
export function parseOptionalNumber(value: unknown, path: string): Amount | null {
	if (isEmpty(value)) return null;
	const number = parseNumber(value);
	if (number !== undefined) return number;
	const text = excerpt(String(value).trim(), 60);
	throw new Rejection('not_a_number', path, `"${text}" is not a number in HubSpot's format.`);
}

/** Undefined if the value is not a number. */
export function parseNumber(value: unknown): Amount | undefined {
	const text = String(value).trim();
	return NUMBER.test(text) ? toAmount(text).toDecimalPlaces(PLACES) : undefined;
}

/**
 * Parses an instant to UTC as `…Z`; null if there is none. HubSpot writes ISO 8601 with or without milliseconds,
 * milliseconds since 1970, or midnight UTC for a date.
 * @throws Rejection `not_an_instant`
 */
export function parseOptionalInstant(value: unknown, path: string): string | null {
	if (isNone(value)) return null;
	const instant = parseInstant(value);
	if (instant !== undefined) return instant;
	const text = excerpt(String(value).trim(), 60);
	throw new Rejection('not_an_instant', path, `"${text}" is neither a date nor an instant.`);
}

/** A property's trimmed text; null if it is empty. */
export function parseOptionalText(value: unknown): string | null {
	return isEmpty(value) ? null : String(value).trim();
}

/** Parses "true" and "false"; null for anything else. */
export function parseFlag(value: unknown): boolean | null {
	const text = parseOptionalText(value)?.toLowerCase();
	return text === 'true' || text === 'false' ? text === 'true' : null;
}
