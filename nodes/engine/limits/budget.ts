import type { Clock } from '../contract/ports';

/** How long after Max Minutes what was begun may take. */
export const GRACE_MINUTES = 10;

export interface BudgetLimits {
	maxRecords: number;
	maxMinutes: number;
}

/**
 * How much one execution reads, over all its integrations: n8n keeps every item in memory until the last node is done.
 * Past it nothing new is begun, and the next run goes on from there.
 */
export class Budget {
	private records = 0;

	private readonly endsAt: number;

	constructor(
		private readonly limits: BudgetLimits,
		private readonly clock: Clock,
	) {
		this.endsAt = clock.now().getTime() + limits.maxMinutes * 60_000;
	}

	count(records: number): void {
		this.records += records;
	}

	/** Whether what was begun in time is not done long after: a list that does not end must not hold up the rest. */
	get isOverdue(): boolean {
		return this.clock.now().getTime() >= this.endsAt + GRACE_MINUTES * 60_000;
	}

	get isSpent(): boolean {
		return this.records >= this.limits.maxRecords || this.clock.now().getTime() >= this.endsAt;
	}
}
