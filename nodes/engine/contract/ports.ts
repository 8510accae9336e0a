import { setTimeout as timeout } from 'node:timers/promises';

/** Time and chance, so that tests need not wait for either. */
export interface Clock {
	now(): Date;
	/** Rejects with an AbortError as soon as the signal fires. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** From 0 up to, not including, 1. */
	random(): number;
}

export const systemClock: Clock = {
	now: () => new Date(),
	sleep: async (milliseconds, signal) => await timeout(milliseconds, undefined, { signal }),
	random: Math.random,
};

/** Where progress goes. Lines hold no secrets and no data of tenants but names. */
export interface Log {
	debug(line: string): void;
	info(line: string): void;
	warn(line: string): void;
}
