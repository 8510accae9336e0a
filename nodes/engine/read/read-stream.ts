import { readCalendarMonths } from './calendar-months';
import { readChanges } from './changes';
import type { StreamDefinition } from '../contract/stream';
import type { Reading, ReadingContext } from './strategy';

type Strategies = {
	[Strategy in StreamDefinition['reading']]: (
		context: ReadingContext<Extract<StreamDefinition, { reading: Strategy }>>,
	) => Reading;
};

const STRATEGIES: Strategies = { calendarMonths: readCalendarMonths, changes: readChanges };

/** Reads a stream of an account with the strategy that its definition names. */
export function readByStrategy<Stream extends StreamDefinition>(context: ReadingContext<Stream>): Reading {
	// The key determines the strategy's type, but the compiler cannot infer that through the index.
	const strategy = STRATEGIES[context.stream.reading] as (given: ReadingContext<Stream>) => Reading;
	return strategy(context);
}
