import { plusDays, type Day } from './dates';
import { toDay } from './months';

/** No zone is further from UTC. */
const FURTHEST_MS = 16 * 3_600_000;

const starts = new Map<string, number>();

/**
 * The first instant of a local date in a time zone (IANA), in milliseconds since 1970. It is searched for, since
 * midnight is missing or comes twice where clocks change at it, and it is remembered, since asking for a zone takes long.
 */
export function getStartOfDay(day: Day, zone: string): number {
	const key = `${zone} ${day}`;
	const known = starts.get(key);
	if (known !== undefined) return known;
	let [before, at] = [Date.parse(day) - FURTHEST_MS, Date.parse(day) + FURTHEST_MS];
	while (at - before > 1) {
		const middle = Math.floor((before + at) / 2);
		if (toDay(new Date(middle), zone) < day) before = middle;
		else at = middle;
	}
	starts.set(key, at);
	return at;
}

/** Local days (both included) as instants: the first one, and the one after the last, in milliseconds since 1970. */
export function getBounds(range: { from: Day; to: Day }, zone: string): { from: number; until: number } {
	return { from: getStartOfDay(range.from, zone), until: getStartOfDay(plusDays(range.to, 1), zone) };
}
