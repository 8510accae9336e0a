import { utcInstant } from '../../shared/dates';

/** An instant as the API takes it in a query: whole seconds and `Z`, anything else is answered with 400. */
export function apiTime(instant: Date): string {
	return `${instant.toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since 1970 of an instant that a reply gave; undefined where there is none that can be read. */
export function toMilliseconds(time: unknown): number | undefined {
	const instant = typeof time === 'string' ? utcInstant(time) : undefined;
	return instant === undefined ? undefined : Date.parse(instant);
}

/** A UTC instant out of a time of either version; undefined where it is none. */
export function parseTime(value: unknown): string | undefined {
	const text = typeof value === 'string' ? value.trim() : '';
	return v1Instant(text) ?? utcInstant(text);
}

/** A time of version 1, `YYYY-MM-DD HH:MM:SS` in UTC though it does not say so; undefined where it is none. */
export function v1Instant(time: string): string | undefined {
	return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time) ? utcInstant(`${time.replace(' ', 'T')}Z`) : undefined;
}
