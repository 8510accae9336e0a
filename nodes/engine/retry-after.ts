/**
 * Reads a `Retry-After` header, given in seconds or as an HTTP date.
 * @returns milliseconds from `now`, never negative; undefined where the header is missing or cannot be read
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
	const text = header?.trim() ?? '';
	if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
	// An HTTP date begins with a weekday; Date.parse alone would take "5x" for a year.
	const instant = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(instant) ? undefined : Math.max(0, instant - now.getTime());
}
