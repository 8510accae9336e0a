import type { Clock } from '../../../nodes/engine/contract/ports';

export interface ManualClock extends Clock {
	/** Every wait that was asked for, in milliseconds. */
	waits: number[];
	advance(milliseconds: number): void;
}

/** A clock whose waits take no time and move its hands instead; chance always falls on 0. */
export function manualClock(start = '2026-11-23T02:00:00Z'): ManualClock {
	let instant = Date.parse(start);
	const waits: number[] = [];
	return {
		waits,
		now: () => new Date(instant),
		random: () => 0,
		advance: (milliseconds) => {
			instant += milliseconds;
		},
		sleep: async (milliseconds, signal) => {
			signal?.throwIfAborted();
			waits.push(milliseconds);
			instant += milliseconds;
			await Promise.resolve();
		},
	};
}
