import { DateTime } from 'luxon';

import { plusDays, utcInstant, type Day } from '../../shared/dates';

/** An instant as the API takes it in a query: whole seconds and `Z`, anything else is answered with 400. */
export function apiTime(instant: Date): string {
	return `${instant.toISOString().slice(0, 19)}Z`;
}

/** Milliseconds since 1970 of an instant that a reply gave; undefined where there is none that can be read. */
export function msOf(time: unknown): number | undefined {
	const instant = typeof time === 'string' ? utcInstant(time) : undefined;
	return instant === undefined ? undefined : Date.parse(instant);
}

/** The instant at which a day begins in a time zone (IANA). */
export function startOf(day: Day, zone: string): Date {
	return DateTime.fromISO(day, { zone }).startOf('day').toJSDate();
}

/** From when and until when the days from one through another last in a time zone. */
export function boundsOf(range: { from: Day; to: Day }, zone: string): { from: Date; until: Date } {
	return { from: startOf(range.from, zone), until: startOf(plusDays(range.to, 1), zone) };
}

/** A time of version 1, `YYYY-MM-DD HH:MM:SS` in UTC though it does not say so; undefined where it is none. */
export function v1Instant(time: string): string | undefined {
	return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time) ? utcInstant(`${time.replace(' ', 'T')}Z`) : undefined;
}
