import { isDay } from './days';

/** Turns the driver's Date objects into ISO 8601 texts in UTC, the form that items carry. */
export function withIsoInstants<Row extends object>(row: Row): Row {
	const entries = Object.entries(row).map(([name, value]) => [
		name,
		value instanceof Date ? value.toISOString() : value,
	]);
	return Object.fromEntries(entries) as Row;
}

const INSTANT =
	/^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?)$/i;

/** No local mean time is further from UTC, and PostgreSQL accepts no larger offset. */
const MAX_OFFSET_MS = 16 * 3_600_000;

/** Longer than any form of an instant. */
const MAX_LENGTH = 64;

/**
 * Converts an instant with a zone to UTC (`…Z`) with milliseconds, or microseconds if it has any. Undefined for other
 * texts and outside the years 1 to 9999. Accepts ISO 8601 and every form in which PostgreSQL prints a `timestamptz` in
 * ISO style: a blank for the T, an offset of `+HH`, `+HH:MM` or `+HH:MM:SS`.
 */
export function canonicalInstant(text: string): string | undefined {
	const parts = text.length <= MAX_LENGTH ? INSTANT.exec(text) : null;
	if (!parts) return undefined;
	const [, day, minute, second = '00', fraction = '', sign, ...offset] = parts;
	if (!isDay(day!)) return undefined;
	const micros = fraction.slice(0, 6).padEnd(6, '0');
	const local = Date.parse(`${day}T${minute}:${second}.${micros.slice(0, 3)}Z`);
	const ahead = offsetMs(sign, offset);
	const iso = Number.isNaN(local) || ahead === undefined ? undefined : isoWithinYears(local - ahead);
	return micros.endsWith('000') ? iso : iso?.replace('Z', `${micros.slice(3)}Z`);
}

function offsetMs(sign: string | undefined, offset: Array<string | undefined>): number | undefined {
	const [hours, minutes, seconds] = offset.map((part) => Number(part ?? 0)) as [number, number, number];
	if (minutes > 59 || seconds > 59) return undefined;
	const ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
	if (ms >= MAX_OFFSET_MS) return undefined;
	return sign === '-' ? -ms : ms;
}

function isoWithinYears(ms: number): string | undefined {
	const iso = new Date(ms).toISOString();
	return /^(?!0000)\d{4}-/.test(iso) ? iso : undefined;
}

/** Explains values that PostgreSQL prints but that no column here accepts; undefined for other texts. */
export function describeOddInstant(text: string): string | undefined {
	if (/^[+-]?infinity$/i.test(text.trim())) return 'is infinite, not a time in the calendar';
	if (/\sBC$/i.test(text)) return 'is before the year 1';
	if (/^\d{5,}-/.test(text)) return 'is after the year 9999';
	return undefined;
}
