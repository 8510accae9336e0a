import { setTimeout as timeout } from 'node:timers/promises';

/** Time and randomness, injectable for tests. */
export interface Clock {
	now(): Date;
	/** Rejects with an AbortError as soon as the signal fires. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** At least 0 and less than 1. */
	random(): number;
}

export const systemClock: Clock = {
	now: () => new Date(),
	sleep: async (milliseconds, signal) => await timeout(milliseconds, undefined, { signal }),
	random: Math.random,
};

/** Where progress is logged. Never log secrets, or tenant data other than names. */
export interface Log {
	debug(line: string): void;
	info(line: string): void;
	warn(line: string): void;
}
