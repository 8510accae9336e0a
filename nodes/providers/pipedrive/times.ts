import { utcInstant } from '../../shared/dates';

/** Formats an instant for a query: whole seconds and `Z`. The API rejects anything else with 400. */
export function apiTime(instant: Date): string {
	return `${instant.toISOString().slice(0, 19)}Z`;
}

/** Parses an instant to milliseconds since 1970; undefined if it is missing or unreadable. */
export function toMilliseconds(time: unknown): number | undefined {
	const instant = typeof time === 'string' ? utcInstant(time) : undefined;
	return instant === undefined ? undefined : Date.parse(instant);
}

/** Parses a time of either API version to a UTC instant; undefined if it is not one. */
export function parseTime(value: unknown): string | undefined {
	const text = typeof value === 'string' ? value.trim() : '';
	return v1Instant(text) ?? utcInstant(text);
}

/** Parses a time of version 1, `YYYY-MM-DD HH:MM:SS` in UTC although not marked so; undefined if it is not one. */
function v1Instant(time: string): string | undefined {
	return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time) ? utcInstant(`${time.replace(' ', 'T')}Z`) : undefined;
}
