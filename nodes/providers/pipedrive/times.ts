import { utcInstant } from '../../shared/dates';
import { parseInstant } from '../../shared/facts';

/** Formats an instant for a query: whole seconds and `Z`. The API rejects anything else with 400. */
export function apiTime(instant: Date): string {
	return `${instant.toISOString().slice(0, 19)}Z`;
}

/** Parses an instant to milliseconds since 1970; undefined if it is missing or unreadable. */
export function toMilliseconds(time: unknown): number | undefined {
	const instant = typeof time === 'string' ? utcInstant(time) : undefined;
	return instant === undefined ? undefined : Date.parse(instant);
}

/**
 * Parses a time of either API version to a UTC instant; undefined if it is not one, null for the start of 1970, which means
 * that it was never set.
 */
export function parseTime(value: unknown): string | null | undefined {
	return parseInstant(typeof value === 'string' ? markedAsUtc(value.trim()) : value);
}

/** Version 1 has `YYYY-MM-DD HH:MM:SS` in UTC, although not marked so. */
const markedAsUtc = (time: string): string =>
	/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time) ? `${time.replace(' ', 'T')}Z` : time;
