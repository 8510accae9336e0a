import { jest } from '@jest/globals';

/** Sets the clock that `Date` shows, until `jest.useRealTimers()`. Timers stay: sockets and the database need them. */
export function setSystemDate(now: number): void {
	jest.useFakeTimers({
		now,
		doNotFake: [
			'hrtime',
			'nextTick',
			'performance',
			'queueMicrotask',
			'setImmediate',
			'clearImmediate',
			'setInterval',
			'clearInterval',
			'setTimeout',
			'clearTimeout',
		],
	});
}
