import { getStartOfDay } from '../../shared/local-days';
import { plusDays, type Day } from '../../shared/dates';

const DAY_MS = 86_400_000;

/** Consecutive days in a time zone, with the instants at which they begin. */
export class LocalDays {
	readonly days: readonly Day[];

	/** The start of each day, followed by the end of the last one; milliseconds since 1970. */
	private readonly edges: readonly number[];

	/** Has no days if `last` is before `first`. @param zone IANA name */
	constructor(first: Day, last: Day, zone: string) {
		const length = Math.max(0, daysFrom(first, last) + 1);
		this.days = Array.from({ length }, (_, index) => plusDays(first, index));
		const following = length === 0 ? [] : [plusDays(last, 1)];
		this.edges = [...this.days, ...following].map((day) => getStartOfDay(day, zone));
	}

	/** The index of the day of an instant: −1 before the first day, the number of days after the last. */
	findIndex(ms: number): number {
		let [low, high] = [0, this.edges.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.edges[middle]! <= ms) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}

	/** The index of a date relative to the first day, not limited to the range. */
	toOffset(day: Day): number {
		return this.days.length === 0 ? 0 : daysFrom(this.days[0]!, day);
	}
}

/** The number of days from `from` to `day`. */
export function daysFrom(from: Day, day: Day): number {
	return Math.round((Date.parse(day) - Date.parse(from)) / DAY_MS);
}
