import { utcInstant, utcInstantOfMs } from '../../shared/dates';
import { amountOf, isEmpty, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';

/** HubSpot computes with floats and prints them in full: "0.8000000000000000444089209850062616169452667236328125". */
const NUMBER = /^-?(?:\d{1,40}(?:\.\d{0,200})?|\.\d{1,200})(?:e[+-]?\d{1,2})?$/i;

/** What stands further behind the point is what a float adds, never money and never a rate. */
const PLACES = 12;

/**
 * The number that a property holds. Every value of HubSpot is a text or null; empty, null and absent mean the same.
 * @throws Rejection `not_a_number`
 */
export function numberIn(value: unknown, path: string): Amount | null {
	if (isEmpty(value)) return null;
	const text = String(value).trim();
	if (NUMBER.test(text)) return amountOf(text).toDecimalPlaces(PLACES);
	throw new Rejection('not_a_number', path, `"${excerpt(text, 60)}" is not a number as HubSpot writes one.`);
}

/**
 * The instant that a property holds, in UTC as `…Z`: HubSpot writes ISO 8601 with or without milliseconds,
 * milliseconds since 1970, or for a mere date its midnight in UTC.
 * @throws Rejection `not_an_instant`
 */
export function instantIn(value: unknown, path: string): string | null {
	if (isEmpty(value)) return null;
	const text = String(value).trim();
	const instant = instantOf(text);
	if (instant !== undefined) return instant;
	throw new Rejection('not_an_instant', path, `"${excerpt(text, 60)}" is neither a date nor an instant.`);
}

function instantOf(text: string): string | undefined {
	if (/^-?\d{1,16}$/.test(text)) return utcInstantOfMs(Number(text));
	return utcInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
}

/** A property as text; null where it is empty. */
export function textIn(value: unknown): string | null {
	return isEmpty(value) ? null : String(value).trim();
}

/** "true" and "false"; null where it says neither. */
export function flagIn(value: unknown): boolean | null {
	const text = textIn(value)?.toLowerCase();
	return text === 'true' || text === 'false' ? text === 'true' : null;
}
