import type { HydratedRecord, NamelessEntry, StreamDefinition } from '../contract/stream';
import type { ReadFailure } from '../contract/failure';
import { OutageDetector } from './outage-detector';
import { unreadable } from './failures';
import { Quarantine } from './quarantine';
import type { ReadingContext, ReadRecord } from './strategy';

type Context = ReadingContext<StreamDefinition>;

/**
 * What became of the records of one reading. A record that the provider will not give, although it answers for its
 * neighbours, is rejected and asked for again by later runs; where it answers for none, the reading fails.
 */
export class RecordReading {
	private readonly outages = new OutageDetector();
	/** Rejected only once the page has shown that it is no outage. */
	private failed: Array<{ recordId: string; failure: ReadFailure }> = [];
	/** The places of entries without an id. */
	private readonly nameless = new Set<string>();

	private constructor(
		private readonly context: Context,
		private readonly quarantine: Quarantine,
	) {}

	/** A person who reads a range again, or takes a look, wants all of it: nothing waits. */
	static async begin(context: Context): Promise<RecordReading> {
		const { store, stream, isSync } = context;
		const waiting = isSync ? await store.unreadableRecords(stream.key) : [];
		return new RecordReading(context, new Quarantine(waiting));
	}

	takeDue(): string[] {
		return this.quarantine.takeDue();
	}

	admits(recordId: string, hasChanged: boolean): boolean {
		return this.quarantine.admits(recordId, hasChanged);
	}

	/** Notes that the provider has answered for a record, or has not. @throws ReadFailure where it is an outage */
	note(composed: HydratedRecord): void {
		const failure = 'failure' in composed ? composed.failure : undefined;
		if (failure && !failure.mayBeOfOneRecord) throw failure;
		this.outages.note(failure, this.quarantine.holds(composed.recordId));
	}

	/** Takes a record that was noted. */
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

	/** Gives the records that were not read, after those that were. @throws ReadFailure where it is an outage */
	async *finishPage(): AsyncGenerator<ReadRecord, void> {
		const failed = this.failed.splice(0);
		if (failed.length === 0) return;
		await this.outages.settle(this.context.describeAccount);
		for (const { recordId, failure } of failed) {
			yield { recordId, rejected: unreadable(failure), fetchedAt: this.fetchedAt() };
		}
	}

	/** Gives the entries of a list that have no id, each place once. */
	*giveNameless(entries: readonly NamelessEntry[] = []): Generator<ReadRecord, void> {
		for (const entry of entries) {
			if (this.nameless.has(entry.recordId)) continue;
			this.nameless.add(entry.recordId);
			yield { ...entry, fetchedAt: this.fetchedAt() };
		}
	}

	/** Notes that all was read that there is to read. @param all whether that is all records */
	finish(all: boolean): void {
		for (const place of this.quarantine.releaseNameless(this.nameless, all)) this.context.settled(place);
	}

	private fetchedAt(): string {
		return this.context.clock.now().toISOString();
	}
}
