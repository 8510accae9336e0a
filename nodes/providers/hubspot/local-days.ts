import { DateTime } from 'luxon';

import { plusDays, type Day } from '../../shared/dates';

/** Local days (both included) as milliseconds since 1970: the first instant, and the one after the last. */
export function daysAsMs(range: { from: Day; to: Day }, timezone: string): { from: number; until: number } {
	const startOf = (day: Day): number => DateTime.fromISO(day, { zone: timezone }).toMillis();
	return { from: startOf(range.from), until: startOf(plusDays(range.to, 1)) };
}
