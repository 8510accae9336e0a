const DAY_MS = 86_400_000;

/** `YYYY-MM` moved by whole months. */
export function addMonths(month: string, count: number): string {
	const index = monthIndex(month) + count;
	return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** How many months `later` lies after `earlier`. */
export function monthsBetween(earlier: string, later: string): number {
	return monthIndex(later) - monthIndex(earlier);
}

export function daysIn(month: string): number {
	const index = monthIndex(month) + 1;
	return new Date(Date.UTC(Math.floor(index / 12), index % 12, 0)).getUTCDate();
}

export const monthOf = (date: string): string => date.slice(0, 7);
export const firstDay = (month: string): string => `${month}-01`;
export const lastDay = (month: string): string => dayOf(month, daysIn(month));
export const dayOf = (month: string, day: number): string => `${month}-${String(day).padStart(2, '0')}`;

/** `YYYY-MM-DD` moved by whole days. */
export function addDays(date: string, count: number): string {
	return new Date(Date.parse(`${date}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** The calendar day that an instant is in a zone (IANA name), `YYYY-MM-DD`. */
export function localDate(instant: Date, timezone: string): string {
	return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(instant);
}

const DATE = /^\d{4}-(0[1-9]|1[0-2])-\d{2}$/;

/** Whether the text is a calendar day that exists. */
export function isDate(text: string): boolean {
	return DATE.test(text) && Number(text.slice(8)) >= 1 && Number(text.slice(8)) <= daysIn(monthOf(text));
}

function monthIndex(month: string): number {
	return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}
