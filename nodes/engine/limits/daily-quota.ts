import type { DayLimit } from '../contract/limits';

const DAY_MS = 24 * 3_600_000;

/**
 * What is left of a daily limit, as far as this process and the reply headers know. Instants are epoch milliseconds.
 * The unit is the provider's: requests, or tokens of which one request costs several.
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

	/** Whether only the reserve for others is left. */
	get isLow(): boolean {
		return this.remaining <= this.limits.reserve * this.limit;
	}

	/** Until when our share (0 to 1) of the limit is used up; 0 if it is not. */
	shareUsedUntil(now: number, share: number): number {
		const usedUp = this.limit > 0 && this.used >= share * this.limit && now - this.since < DAY_MS;
		return usedUp ? this.since + DAY_MS : 0;
	}
}
