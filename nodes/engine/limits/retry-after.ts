/** The longest wait accepted from outside: a longer one is a mistake of units, such as an epoch time in seconds. */
export const MAX_WAIT_MS = 24 * 3_600_000;

/** Longer than any valid date or number. */
const MAX_CHARACTERS = 40;

/**
 * Reads a `Retry-After` header, given in seconds or as an HTTP date.
 * @returns milliseconds from `now`, from 0 to a day; undefined if the header is missing, unreadable or asks for more
 *   than a day
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
	const text = header?.trim() ?? '';
	const wait = text.length > MAX_CHARACTERS ? Number.NaN : parseWait(text, now);
	return isBelievable(wait) ? Math.max(0, wait) : undefined;
}

/** Whether a wait in milliseconds is a number of at most a day. */
export function isBelievable(wait: number): boolean {
	return wait <= MAX_WAIT_MS;
}

function parseWait(text: string, now: Date): number {
	if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
	// An HTTP date begins with a weekday; Date.parse alone would take "5x" for a year.
	return /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) - now.getTime() : Number.NaN;
}
