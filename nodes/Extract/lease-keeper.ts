import type { Clock } from '../engine/contract/ports';
import { ReadFailure } from '../engine/contract/failure';

/** Often enough for a lease of minutes; a call to the provider every second must not be an update each. */
const EVERY_MS = 5_000;

/**
 * Keeps the leases of all runs of an execution alive while any of them is read: n8n ends Extract for all of them
 * before the next node begins.
 */
export class LeaseKeeper {
	private renewal: Promise<Set<string>> | undefined;

	private renewedAt = 0;

	/** @param renew gives the runs that are still ours */
	constructor(
		private readonly renew: () => Promise<Set<string>>,
		private readonly clock: Clock,
	) {}

	/** @throws ReadFailure of class `run_lost` where the run was taken over or closed */
	async keep(syncRunId: string): Promise<void> {
		const running = await this.running();
		if (running.has(syncRunId)) return;
		throw new ReadFailure(
			'run_lost',
			'This run was closed or taken over while it was read, and stopped. Nothing is lost: the run that took over, or the next one, reads it all.',
		);
	}

	private async running(): Promise<Set<string>> {
		const now = this.clock.now().getTime();
		if (!this.renewal || now - this.renewedAt >= EVERY_MS) {
			this.renewedAt = now;
			this.renewal = this.renew();
		}
		return await this.renewal;
	}
}
