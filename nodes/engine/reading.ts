import type { Account } from '../shared/account';
import { readCalendarMonths } from './calendar-months';
import type { Clock } from './clock';
import type { ProviderApi, StreamDefinition } from './definition';

/** What a reading strategy is given. */
export interface ReadingContext<Stream> {
	api: ProviderApi;
	account: Account;
	stream: Stream;
	/** What the last complete reading left; empty before the first. */
	state: Record<string, unknown>;
	/** The integration's settings. */
	metadata: Record<string, unknown>;
	options: ReadingOptions;
	/** How many calls of the account may run at once. */
	concurrent: number;
	clock: Clock;
}

export interface ReadingOptions {
	/** The first month that is read, `YYYY-MM`. */
	historyStart?: string;
}

export interface ReadRecord {
	recordId: string;
	/** When the provider gave it, ISO 8601 in UTC. */
	fetchedAt: string;
	record: Record<string, unknown>;
}

/** How a complete reading ended. */
export interface ReadingEnd {
	/** At most 1 KB as JSON; it must change what the next reading asks for. */
	state: Record<string, unknown>;
	hasMore: boolean;
	warnings: string[];
}

export type Reading = AsyncGenerator<ReadRecord, ReadingEnd>;

type Strategies = {
	[Strategy in StreamDefinition['reading']]: (
		context: ReadingContext<Extract<StreamDefinition, { reading: Strategy }>>,
	) => Reading;
};

const STRATEGIES: Strategies = { calendarMonths: readCalendarMonths };

/** Reads a stream of an account by the strategy that its definition names. */
export function read(context: ReadingContext<StreamDefinition>): Reading {
	return STRATEGIES[context.stream.reading](context);
}
