import { dayAt } from '../../engine/months';
import { plusDays, type Day } from '../../shared/dates';

const DAY_MS = 86_400_000;
/** No zone is further from UTC. */
const FURTHEST_MS = 16 * 3_600_000;

/** Consecutive local dates of a time zone, each with the instants that belong to it. */
export class LocalDays {
	readonly days: readonly Day[];

	/** Where each day begins, and behind them where the last one ends; milliseconds since 1970. */
	private readonly edges: readonly number[];

	/** @param zone IANA; none of the days where `last` lies before `first` */
	constructor(first: Day, last: Day, zone: string) {
		const length = Math.max(0, daysFrom(first, last) + 1);
		this.days = Array.from({ length }, (_, index) => plusDays(first, index));
		const following = length === 0 ? [] : [plusDays(last, 1)];
		this.edges = [...this.days, ...following].map((day) => startOf(day, zone));
	}

	/** Which of the days an instant falls on: −1 before the first, their number after the last. */
	indexOf(ms: number): number {
		let [low, high] = [0, this.edges.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.edges[middle]! <= ms) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}

	/** The same of a date; not held to the ends. */
	placeOf(day: Day): number {
		return this.days.length === 0 ? 0 : daysFrom(this.days[0]!, day);
	}
}

/** How many days after `from` a date lies. */
export function daysFrom(from: Day, day: Day): number {
	return Math.round((Date.parse(day) - Date.parse(from)) / DAY_MS);
}

const starts = new Map<string, number>();

/**
 * The first instant of a local date. It is searched for, since midnight is missing or comes twice where clocks change
 * at it, and it is remembered, since asking for a zone takes long with many projects.
 */
function startOf(day: Day, zone: string): number {
	const key = `${zone} ${day}`;
	const known = starts.get(key);
	if (known !== undefined) return known;
	let [before, at] = [Date.parse(day) - FURTHEST_MS, Date.parse(day) + FURTHEST_MS];
	while (at - before > 1) {
		const middle = Math.floor((before + at) / 2);
		if (dayAt(new Date(middle), zone) < day) before = middle;
		else at = middle;
	}
	starts.set(key, at);
	return at;
}
