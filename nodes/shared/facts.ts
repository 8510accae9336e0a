import { isDay, utcInstant, utcInstantOfMs, type Day } from './dates';
import { isEmpty } from './money';
import type { Remark } from './remarks';
import { excerpt } from './text';

/** Gives null where the value says that there is none, and undefined where it cannot be read. */
type Parse<T> = (value: unknown) => T | null | undefined;

/**
 * Reads what no column needs. What cannot be read is null, and the record's remarks say where it stands: a record is
 * never rejected for it.
 */
export class FactReader {
	private readonly unreadable = new Set<string>();

	read<T>(value: unknown, path: string, parse: Parse<T>): T | null {
		if (isNone(value)) return null;
		const fact = parse(value);
		if (fact === undefined) this.unreadable.add(path);
		return fact ?? null;
	}

	/** A text, without blanks around it. Numbers and truth values are taken as they are written. */
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

/** Tells whether a field holds nothing: null, blanks, or the date of zeros that some providers write instead. */
export function isNone(value: unknown): boolean {
	return isEmpty(value) || (typeof value === 'string' && ZERO_DATE.test(value.trim()));
}

function parseText(value: unknown): string | undefined {
	const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
	return isPlain ? String(value).trim() : undefined;
}

/**
 * A UTC instant out of what a CRM writes: ISO 8601 with its zone, milliseconds since 1970, or a mere date, which is its
 * midnight in UTC. Null for the beginning of 1970: that is a clock that was never set.
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
