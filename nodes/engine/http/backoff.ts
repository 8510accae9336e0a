const BASE_MS = 1_000;
const MAX_MS = 30_000;
const JITTER_MS = 1_000;

/**
 * How long to wait before try number `tries + 1`, in milliseconds: doubling from a second up to half a minute, of
 * which a random half is taken off, so that many clients do not come back together.
 */
export function backoffMs(tries: number, random: () => number): number {
	const full = Math.min(BASE_MS * 2 ** tries, MAX_MS);
	return Math.round(full * (0.5 + random() / 2));
}

/** A wait that the provider asked for, and a little more: all who were refused together got the same number. */
export function withJitter(milliseconds: number, random: () => number): number {
	return Math.round(milliseconds + random() * JITTER_MS);
}
