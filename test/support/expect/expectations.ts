import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from '@jest/globals';

type Expectation<T> = ReturnType<typeof expect<T>>;
type LaterExpectation<T> = Omit<Expectation<Promise<T>>['resolves'], 'not'>;

/** Against hanging only. */
const POLL_TIMEOUT_MS = 300_000;
const POLL_INTERVAL_MS = 50;

/** `expect`, whose failure begins with `message`: what was looked at, where that is not plain from the values. */
export function expectWithMessage<T>(value: T, message: string): Expectation<T> {
	return explain(expect(value), message);
}

/** Fails the test where code goes on that should have thrown. */
export function failTest(message = 'This must not be reached.'): never {
	throw new Error(message);
}

/** Reads again and again until the matcher passes; fails as the matcher does when it has not after minutes. */
export function expectPoll<T>(read: () => T | Promise<T>): LaterExpectation<T> {
	const match = async (matcher: string, args: unknown[]): Promise<void> => {
		const deadline = Date.now() + POLL_TIMEOUT_MS;
		for (;;) {
			try {
				const matchers = expect(await read()) as unknown as Record<string, (...args: unknown[]) => void>;
				return matchers[matcher]!(...args);
			} catch (error) {
				if (Date.now() > deadline) throw error;
				await sleep(POLL_INTERVAL_MS);
			}
		}
	};
	return new Proxy({} as LaterExpectation<T>, {
		get:
			(_, matcher: string) =>
			async (...args: unknown[]) =>
				await match(matcher, args),
	});
}

/** The same matchers, and those of `not`, `resolves` and `rejects`, with a word before each failure. */
function explain<T extends object>(matchers: T, message: string): T {
	const fail = (error: Error): never => {
		throw new Error(`${message}\n\n${error.message}`, { cause: error });
	};
	return new Proxy(matchers, {
		get: (target, key) => {
			const member: unknown = Reflect.get(target, key);
			if (typeof member !== 'function') return explain(member as object, message);
			return (...args: unknown[]): unknown => {
				try {
					const result: unknown = member.apply(target, args);
					return result instanceof Promise ? result.catch(fail) : result;
				} catch (error) {
					return fail(error as Error);
				}
			};
		},
	});
}
