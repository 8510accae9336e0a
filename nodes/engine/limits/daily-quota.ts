import type { DayLimit } from '../contract/limits';

const DAY_MS = 24 * 3_600_000;

/**
 * What of a day limit may still be used, as far as this process and the replies' headers know. Instants are epoch
 * milliseconds; the unit is the provider's: calls, or tokens of which a call takes several.
 */
export class DailyQuota {
	private limit = 0;

	private remaining = Number.POSITIVE_INFINITY;

	private used = 0;

	private since = 0;

	constructor(private readonly limits: DayLimit) {}

	count(now: number, cost: number): void {
		if (now - this.since >= DAY_MS) [this.since, this.used] = [now, 0];
		this.used += cost;
	}

	observe(remaining: number): void {
		this.remaining = remaining;
		const plan = this.limits.limits.find((limit) => limit >= remaining) ?? remaining;
		this.limit = Math.max(this.limit, plan);
	}

	/** Whether no more is left than the reserve for others. */
	get isLow(): boolean {
		return this.remaining <= this.limits.reserve * this.limit;
	}

	/** Until when our share (0 to 1) of the limit is used up; 0: it is not. */
	shareUsedUntil(now: number, share: number): number {
		const usedUp = this.limit > 0 && this.used >= share * this.limit && now - this.since < DAY_MS;
		return usedUp ? this.since + DAY_MS : 0;
	}
}
