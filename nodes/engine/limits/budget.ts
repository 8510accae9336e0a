import type { Clock } from '../contract/ports';

/** How long work that is already running may continue after Max Minutes. */
export const GRACE_MINUTES = 10;

export interface BudgetLimits {
	maxRecords: number;
	maxMinutes: number;
}

/**
 * How much one execution reads across all its integrations: n8n keeps every item in memory until the last node is done.
 * Once it is spent, nothing new is started, and the next run continues from there.
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

	/** Whether work started in time is still running long after: an endless list must not block the rest. */
	get isOverdue(): boolean {
		return this.clock.now().getTime() >= this.endsAt + GRACE_MINUTES * 60_000;
	}

	get isSpent(): boolean {
		return this.records >= this.limits.maxRecords || this.clock.now().getTime() >= this.endsAt;
	}
}
