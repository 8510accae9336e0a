import type { Clock } from '../contract/ports';
import type { HydratedRecord, StreamContext } from '../contract/stream';
import type { Budget } from '../limits/budget';

/** What a reading strategy receives. */
export interface ReadingContext<Stream> extends StreamContext {
	stream: Stream;
	/** The state that the last read left; empty before the first. */
	state: Record<string, unknown>;
	/** The first month to read, `YYYY-MM`, if the operator set one. */
	historyStartMonth?: string;
	/** Neither a backfill nor a preview: those do not touch records that wait to be requested again. */
	isSync: boolean;
	budget: Budget;
	clock: Clock;
	/** Requests the account itself, to see whether the provider answers at all. @throws ReadFailure */
	describeAccount(): Promise<unknown>;
	/** Notes that the provider has returned a record that could not be read before. */
	settled(recordId: string): void;
	/** Notes how far was read: if the read then fails, the next one continues from there. */
	progress(state: Record<string, unknown>): void;
	/** Notes which of the months is being read, counted from 1. */
	noteMonth?(month: number, months: number): void;
}

/** A record, or why there is none, with the instant at which it was fetched (ISO 8601 in UTC). */
export type ReadRecord = Exclude<HydratedRecord, { failure: unknown }> & { fetchedAt: string };

/** How a read ended. */
export interface ReadingEnd {
	/** At most 1 KB as JSON. It must change what the next read requests. */
	state: Record<string, unknown>;
	/** Whether the budget was spent before everything was read. */
	hasMore: boolean;
}

export type Reading = AsyncGenerator<ReadRecord, ReadingEnd>;
