const BASE_MS = 1_000;
const MAX_MS = 30_000;
const JITTER_MS = 1_000;

/**
 * Milliseconds to wait before attempt `tries + 1`: doubles from one second up to half a minute. Up to half of it is
 * subtracted at random, so that many clients do not retry at the same moment.
 */
export function backoffMs(tries: number, random: () => number): number {
	const full = Math.min(BASE_MS * 2 ** tries, MAX_MS);
	return Math.round(full * (0.5 + random() / 2));
}

/** The wait that the provider asked for plus up to a second: all clients limited together were given the same wait. */
export function withJitter(milliseconds: number, random: () => number): number {
	return Math.round(milliseconds + random() * JITTER_MS);
}
