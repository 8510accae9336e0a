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

/** Reads a stream of an account by the strategy that its definition names. */
export function read<Stream extends StreamDefinition>(context: ReadingContext<Stream>): Reading {
	// The key and the strategy belong together, which the compiler cannot see through the index.
	const strategy = STRATEGIES[context.stream.reading] as (given: ReadingContext<Stream>) => Reading;
	return strategy(context);
}
