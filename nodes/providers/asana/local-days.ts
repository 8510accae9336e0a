import { getStartOfDay } from '../../shared/local-days';
import { plusDays, type Day } from '../../shared/dates';

const DAY_MS = 86_400_000;

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
		this.edges = [...this.days, ...following].map((day) => getStartOfDay(day, zone));
	}

	/** Which of the days an instant falls on: −1 before the first, their number after the last. */
	findIndex(ms: number): number {
		let [low, high] = [0, this.edges.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.edges[middle]! <= ms) low = middle + 1;
			else high = middle;
		}
		return low - 1;
	}

	/** The same of a date; not held to the ends. */
	toOffset(day: Day): number {
		return this.days.length === 0 ? 0 : daysFrom(this.days[0]!, day);
	}
}

/** How many days after `from` a date lies. */
export function daysFrom(from: Day, day: Day): number {
	return Math.round((Date.parse(day) - Date.parse(from)) / DAY_MS);
}
