import { isDay, utcInstant, utcInstantOfMs, type Day } from './dates';
import { isEmpty } from './money';
import type { Remark } from './remarks';
import { excerpt } from './text';

/** Returns null if the value means "none", and undefined if it is unreadable. */
type Parse<T> = (value: unknown) => T | null | undefined;

/**
 * Reads fields that no column depends on. An unreadable field becomes null and is named in the record's remarks; the
 * record is not rejected for it.
 */
export class FactReader {
	private readonly unreadable = new Set<string>();

	read<T>(value: unknown, path: string, parse: Parse<T>): T | null {
		if (isNone(value)) return null;
		const fact = parse(value);
		if (fact === undefined) this.unreadable.add(path);
		return fact ?? null;
	}

	/** Trimmed text. Numbers and booleans are converted to text. */
	text(value: unknown, path: string): string | null {
		return this.read(value, path, parseText);
	}

	/** A UTC instant, ISO 8601. */
	instant(value: unknown, path: string): string | null {
		return this.read(value, path, parseInstant);
	}

	day(value: unknown, path: string): Day | null {
		return this.read(value, path, parseDay);
	}

	get remarks(): Remark[] {
		return [...this.unreadable].map((path) => ({ kind: 'unreadable', detail: excerpt(path, 60) }));
	}
}

const ZERO_DATE = /^0000-00-00(?:[T ][\d:.]*(?:Z|[+-][\d:]+)?)?$/i;

/** Whether a field is empty: null, whitespace, or the all-zero date that some providers use instead. */
export function isNone(value: unknown): boolean {
	return isEmpty(value) || (typeof value === 'string' && ZERO_DATE.test(value.trim()));
}

function parseText(value: unknown): string | undefined {
	const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
	return isPlain ? String(value).trim() : undefined;
}

/**
 * Parses an instant from a CRM to UTC: ISO 8601 with a zone, milliseconds since 1970, or a date, which means midnight
 * UTC. Null for the start of 1970, which means that the value was never set.
 */
export function parseInstant(value: unknown): string | null | undefined {
	const text = parseText(value);
	if (text === undefined) return undefined;
	const instant = parseTimeText(text);
	return instant === EPOCH ? null : instant;
}

const EPOCH = new Date(0).toISOString();

function parseTimeText(text: string): string | undefined {
	if (/^-?\d{1,16}$/.test(text)) return utcInstantOfMs(Number(text));
	return utcInstant(isDay(text) ? `${text}T00:00:00Z` : text);
}

const parseDay: Parse<Day> = (value) => {
	const text = parseText(value);
	return text !== undefined && isDay(text) ? text : undefined;
};
