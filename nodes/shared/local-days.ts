import { plusDays, type Day } from './dates';
import { toDay } from './months';

/** No time zone is further from UTC. */
const FURTHEST_MS = 16 * 3_600_000;

const starts = new Map<string, number>();

/**
 * The first instant of a local date in a time zone (IANA name), in milliseconds since 1970. Found by binary search,
 * because midnight can be missing or occur twice on the day of a clock change; Luxon's `startOf('day')` is an hour off on
 * some of those days (Havana, Azores). Cached, because zone lookups are slow.
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

/** A range of local days (both included) as instants: its start and its exclusive end, in milliseconds since 1970. */
export function getBounds(range: { from: Day; to: Day }, zone: string): { from: number; until: number } {
	return { from: getStartOfDay(range.from, zone), until: getStartOfDay(plusDays(range.to, 1), zone) };
}
