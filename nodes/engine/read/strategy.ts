import type { Clock } from '../contract/ports';
import type { HydratedRecord, StreamContext } from '../contract/stream';
import type { Budget } from '../limits/budget';

/** What a reading strategy is given. */
export interface ReadingContext<Stream> extends StreamContext {
	stream: Stream;
	/** What the readings before left; empty before the first. */
	state: Record<string, unknown>;
	/** The first month that is read, `YYYY-MM`, where the operator said so. */
	historyStartMonth?: string;
	/** Neither a backfill nor a preview: what waits to be asked for again is left alone by those. */
	isSync: boolean;
	budget: Budget;
	clock: Clock;
	/** Asks the provider for the account itself: whether it answers at all. @throws ReadFailure */
	describeAccount(): Promise<unknown>;
	/** Notes that a record which could not be read before has been answered for. */
	settled(recordId: string): void;
	/** Notes how far was read: where the reading then fails, the next one goes on from there. */
	progress(state: Record<string, unknown>): void;
}

/** A record, or why there is none, as the provider gave it at an instant (ISO 8601 in UTC). */
export type ReadRecord = Exclude<HydratedRecord, { failure: unknown }> & { fetchedAt: string };

/** How a reading ended. */
export interface ReadingEnd {
	/** At most 1 KB as JSON; it must change what the next reading asks for. */
	state: Record<string, unknown>;
	/** The budget was spent before everything was read. */
	hasMore: boolean;
}

export type Reading = AsyncGenerator<ReadRecord, ReadingEnd>;
