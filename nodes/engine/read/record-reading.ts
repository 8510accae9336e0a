import type { HydratedRecord, NamelessEntry, StreamDefinition } from '../contract/stream';
import type { ReadFailure } from '../contract/failure';
import { OutageDetector } from './outage-detector';
import { unreadable } from './failures';
import { Quarantine } from './quarantine';
import type { ReadingContext, ReadRecord } from './strategy';

type Context = ReadingContext<StreamDefinition>;

/**
 * Tracks the outcome of the records of one read. A record that the provider cannot return although it returns others is
 * rejected and requested again by later runs. If it returns none, the read fails.
 */
export class RecordReading {
	private readonly outages = new OutageDetector();
	/** Rejected at the end of the page, once it is clear that there is no outage. */
	private failed: Array<{ recordId: string; failure: ReadFailure }> = [];
	/** The positions of entries without an id. */
	private readonly nameless = new Set<string>();

	private constructor(
		private readonly context: Context,
		private readonly quarantine: Quarantine,
	) {}

	/** In a backfill or preview a person wants everything, so no record waits. */
	static async begin(context: Context): Promise<RecordReading> {
		const { store, stream, isSync } = context;
		const waiting = isSync ? await store.unreadableRecords(stream.key) : [];
		return new RecordReading(context, new Quarantine(waiting));
	}

	takeDue(): string[] {
		return this.quarantine.takeDue();
	}

	/** Whether earlier runs could not read a record. */
	holds(recordId: string): boolean {
		return this.quarantine.holds(recordId);
	}

	admits(recordId: string, hasChanged: boolean): boolean {
		return this.quarantine.admits(recordId, hasChanged);
	}

	/** Notes whether the provider returned a record. @throws ReadFailure if it is an outage */
	note(composed: HydratedRecord): void {
		const failure = 'failure' in composed ? composed.failure : undefined;
		if (failure && !failure.mayBeOfOneRecord) throw failure;
		this.outages.note(failure, this.quarantine.holds(composed.recordId));
	}

	/** Yields a record that was noted, or keeps its failure until the page is finished. */
	*give(composed: HydratedRecord): Generator<ReadRecord, void> {
		if ('failure' in composed) {
			this.failed.push(composed);
			return;
		}
		const isSettled = !('rejected' in composed) && this.quarantine.release(composed.recordId);
		if (isSettled) this.context.settled(composed.recordId);
		yield { ...composed, fetchedAt: this.fetchedAt() };
	}

	*take(composed: HydratedRecord): Generator<ReadRecord, void> {
		this.note(composed);
		yield* this.give(composed);
	}

	/** Yields the records that could not be read, after those that could. @throws ReadFailure if it is an outage */
	async *finishPage(): AsyncGenerator<ReadRecord, void> {
		const failed = this.failed.splice(0);
		if (failed.length === 0) return;
		await this.outages.settle(this.context.describeAccount);
		for (const { recordId, failure } of failed) {
			yield { recordId, rejected: unreadable(failure), fetchedAt: this.fetchedAt() };
		}
	}

	/** Yields the entries without an id, each position once. */
	*giveNameless(entries: readonly NamelessEntry[] = []): Generator<ReadRecord, void> {
		for (const entry of entries) {
			if (this.nameless.has(entry.recordId)) continue;
			this.nameless.add(entry.recordId);
			yield { ...entry, fetchedAt: this.fetchedAt() };
		}
	}

	/** Notes that the read is complete. @param all whether all records were read, or only changed ones */
	finish(all: boolean): void {
		for (const place of this.quarantine.releaseNameless(this.nameless, all)) this.context.settled(place);
	}

	private fetchedAt(): string {
		return this.context.clock.now().toISOString();
	}
}
