import { DateTime, IANAZone } from 'luxon';

import { canonicalInstant } from '../../db/postgres/rows';

/** A calendar date, `YYYY-MM-DD`. It has no time zone and must never be shifted by one. */
export type Day = string;

/** PostgreSQL has no year 0. */
export const FIRST_DAY: Day = '0001-01-01';

const DAY_MS = 86_400_000;

export { isDay } from '../../db/postgres/days';

/** The first day of a month `YYYY-MM`. */
export function getFirstDay(month: string): Day {
	return `${month}-01`;
}

/** The last day of a month `YYYY-MM`. */
export function getLastDay(month: string): Day {
	const day = new Date(getFirstDay(month));
	day.setUTCMonth(day.getUTCMonth() + 1, 0);
	return day.toISOString().slice(0, 10);
}

/** The date a number of days later, or earlier if negative. */
export function plusDays(day: Day, days: number): Day {
	return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export const earlierDay = (a: Day, b: Day): Day => (a < b ? a : b);

export const laterDay = (a: Day, b: Day): Day => (a > b ? a : b);

const MAX_ZONE = 64;

/** Known zones, cached: checking one takes far longer than everything else done with a record. */
const zones = new Set<string>();

/** Whether a text is the IANA name of a time zone. */
export function isTimeZone(text: string): boolean {
	if (zones.has(text)) return true;
	if (text.length > MAX_ZONE) return false;
	const exists = IANAZone.isValidZone(text);
	if (exists) zones.add(text);
	return exists;
}

/**
 * Converts an instant with a zone to UTC, `…Z`, with milliseconds; undefined outside the years 1 to 9999. Accepts the
 * same formats as `canonicalInstant`.
 */
export function utcInstant(text: string): string | undefined {
	return canonicalInstant(text)?.replace(/(\.\d{3})\d+Z$/, '$1Z');
}

/** Converts milliseconds since 1970 to an instant in UTC, `…Z`; undefined outside the years 1 to 9999. */
export function utcInstantOfMs(ms: number): string | undefined {
	return toIso(DateTime.fromMillis(ms, { zone: 'utc' }));
}

function toIso(instant: DateTime): string | undefined {
	const counts = instant.isValid && instant.year >= 1 && instant.year <= 9999;
	return counts ? (instant.toISO() ?? undefined) : undefined;
}
