import { DateTime } from 'luxon';

/** A calendar month. Its key is `YYYY-MM`; its days are local dates, `YYYY-MM-DD`. */
export interface CalendarMonth {
	key: string;
	firstDay: string;
	lastDay: string;
}

/** Whether a text is an existing month, `YYYY-MM`. */
export function isMonthKey(text: string): boolean {
	return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** The key of the month of an instant in a time zone (IANA name). */
export function toMonth(instant: Date, zone: string): string {
	return DateTime.fromJSDate(instant, { zone }).toFormat('yyyy-MM');
}

/** The local date of an instant in a time zone (IANA name), `YYYY-MM-DD`. */
export function toDay(instant: Date, zone: string): string {
	return DateTime.fromJSDate(instant, { zone }).toFormat('yyyy-MM-dd');
}

/** The key of the month a number of months later, or earlier if negative. */
export function plusMonths(key: string, months: number): string {
	return toMonthKey(ordinal(key) + months);
}

/** The months from one key to another, both included, in order; empty if the second is earlier. */
export function monthsBetween(from: string, through: string): CalendarMonth[] {
	const first = ordinal(from);
	const count = Math.max(0, ordinal(through) - first + 1);
	return Array.from({ length: count }, (_, index) => toCalendarMonth(toMonthKey(first + index)));
}

function toCalendarMonth(key: string): CalendarMonth {
	const [year, month] = key.split('-').map(Number) as [number, number];
	const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
	return { key, firstDay: `${key}-01`, lastDay: `${key}-${days}` };
}

function ordinal(key: string): number {
	const [year, month] = key.split('-').map(Number) as [number, number];
	return year * 12 + month - 1;
}

function toMonthKey(months: number): string {
	const year = String(Math.floor(months / 12)).padStart(4, '0');
	return `${year}-${String((months % 12) + 1).padStart(2, '0')}`;
}
