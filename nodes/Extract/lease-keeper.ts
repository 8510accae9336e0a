import type { Clock } from '../engine/contract/ports';
import { ReadFailure } from '../engine/contract/failure';

/** Often enough for a lease of minutes, but not one update for every call to the provider. */
const EVERY_MS = 5_000;

/**
 * Renews the leases of all runs of an execution while any of them is read: n8n starts the next node only after Extract
 * has read all of them.
 */
export class LeaseKeeper {
	private renewal: Promise<Set<string>> | undefined;

	private renewedAt = 0;

	/** @param renew returns the ids of the runs that are still this execution's */
	constructor(
		private readonly renew: () => Promise<Set<string>>,
		private readonly clock: Clock,
	) {}

	/** @throws ReadFailure of class `run_lost` if the run was taken over or closed */
	async keep(syncRunId: string): Promise<void> {
		const running = await this.running();
		if (running.has(syncRunId)) return;
		throw new ReadFailure(
			'run_lost',
			'This run was closed or taken over while it was being read, so it stopped.',
			'Nothing is lost: the run that took over, or the next one, reads everything.',
		);
	}

	/** Renews the leases during a long wait. If that fails, the next call of `keep` tries again. */
	async beat(): Promise<void> {
		await this.running().catch(() => (this.renewal = undefined));
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
