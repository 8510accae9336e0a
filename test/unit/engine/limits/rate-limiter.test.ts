import { describe, expect, it } from '@jest/globals';

import { TokenBucket } from '../../../../nodes/engine/limits/token-bucket';
import type { ProviderLimits } from '../../../../nodes/engine/contract/limits';
import { RateLimiter, RateLimiters } from '../../../../nodes/engine/limits/rate-limiter';
import { xero } from '../../../../nodes/providers/xero';
import { manualClock, type ManualClock } from '../../../support/engine/manual-clock';

const perMinute = (calls: number, remainingHeader?: string) => [{ calls, seconds: 60, remainingHeader }];

const limits: ProviderLimits = { ...xero.definition.limits, windows: perMinute(5), concurrent: 2 };
const dayShare = 1;

function rateLimiter(clock: ManualClock, more: Partial<typeof limits> = {}): RateLimiter {
	return new RateLimiter('Harbour Cafe', { ...limits, ...more }, clock);
}

describe('the rate limit', () => {
	it('admits all calls of a minute at once, and the next one a minute after the first', () => {
		const window = new TokenBucket(3, 60);
		for (const instant of [0, 10, 20]) window.take(instant);
		expect(window.waitMs(30)).toBe(59_970);
		expect(window.waitMs(60_000)).toBe(0);
		window.take(60_000);
		expect(window.waitMs(60_001)).toBe(9);
	});

	it('never admits more calls than its size in any 60 seconds', async () => {
		const clock = manualClock();
		const started: number[] = [];
		const account = rateLimiter(clock);
		for (let call = 0; call < 23; call++) {
			await account.run(
				{ dayShare },
				{},
				async () => await Promise.resolve(started.push(clock.now().getTime())),
			);
		}
		const most = Math.max(
			...started.map((from) => started.filter((at) => at >= from && at < from + 60_000).length),
		);
		expect(most).toBe(5);
	});

	it('accepts from the provider that less is left than we counted', () => {
		const window = new TokenBucket(50, 60);
		window.correct(2, 0);
		window.take(0);
		window.take(0);
		expect(window.waitMs(0)).toBeGreaterThan(0);
		expect(window.waitMs(0)).toBeLessThan(3_000);
	});

	it('accepts it again once the calls of others have expired', () => {
		const window = new TokenBucket(50, 60);
		window.correct(0, 0);
		expect(window.waitMs(0)).toBeGreaterThan(0);
		window.correct(58, 1_000);
		expect(window.waitMs(1_000)).toBe(0);
	});

	it('keeps its size while about the usual number is left', () => {
		const window = new TokenBucket(50, 60);
		for (let call = 0; call < 50; call++) window.take(call);
		window.correct(10, 50);
		expect(window.waitMs(50)).toBe(59_950);
	});

	it('uses more if the provider clearly allows more, except for a fifth', () => {
		const window = new TokenBucket(50, 60);
		window.correct(1_000, 0);
		for (let call = 0; call < 799; call++) window.take(0);
		expect(window.waitMs(0)).toBe(0);
		window.take(0);
		expect(window.waitMs(0)).toBe(60_000);
	});
});

describe('concurrent calls', () => {
	it('are never more than the limit', async () => {
		const account = rateLimiter(manualClock(), { windows: perMinute(100), concurrent: 3 });
		let running = 0;
		let most = 0;
		const call = async (): Promise<void> => {
			most = Math.max(most, ++running);
			await new Promise((resolve) => setTimeout(resolve, 2));
			running--;
		};
		await Promise.all(Array.from({ length: 20 }, async () => await account.run({ dayShare }, {}, call)));
		expect(most).toBe(3);
	});

	it('release their slot when they fail', async () => {
		const account = rateLimiter(manualClock(), { concurrent: 1 });
		const fails = async (): Promise<void> => await Promise.reject(new Error('made up'));
		await expect(account.run({ dayShare }, {}, fails)).rejects.toThrow('made up');
		expect(await account.run({ dayShare }, {}, async () => await Promise.resolve('next'))).toBe('next');
	});
});

describe('the daily limit', () => {
	const done = async (): Promise<string> => await Promise.resolve('done');
	const remaining = (day: number): Record<string, string> => ({ 'x-daylimit-remaining': String(day) });

	it('is not used further once a twentieth remains, and tried again after an hour', async () => {
		const clock = manualClock('2026-11-23T02:00:00Z');
		const account = rateLimiter(clock);
		account.observe(remaining(4_900));
		expect(await account.run({ dayShare }, {}, done)).toBe('done');
		account.observe(remaining(250));
		const refused = await account.run({ dayShare }, {}, done).catch((error: unknown) => error);
		expect(refused).toMatchObject({
			failureClass: 'rate_limited',
			retryAt: new Date('2026-11-23T03:00:00Z'),
		});
		expect(clock.waits).toEqual([]);
		clock.advance(3_600_000);
		expect(await account.run({ dayShare }, {}, done)).toBe('done');
	});

	it('recognises a smaller plan by what remains', async () => {
		const account = rateLimiter(manualClock());
		account.observe(remaining(600));
		account.observe(remaining(51));
		expect(await account.run({ dayShare }, {}, done)).toBe('done');
		account.observe(remaining(50));
		await expect(account.run({ dayShare }, {}, done)).rejects.toMatchObject({ failureClass: 'rate_limited' });
	});

	it('is used only up to our share', async () => {
		const clock = manualClock();
		const account = rateLimiter(clock, { windows: perMinute(1_000), day: { ...limits.day!, limits: [10] } });
		account.observe(remaining(10));
		for (let call = 0; call < 4; call++) await account.run({ dayShare: 0.4 }, {}, done);
		await expect(account.run({ dayShare: 0.4 }, {}, done)).rejects.toThrow(/Day Budget Share/);
		expect(await account.run({ dayShare: 0.8 }, {}, done)).toBe('done');
		clock.advance(24 * 3_600_000);
		expect(await account.run({ dayShare: 0.4 }, {}, done)).toBe('done');
	});
});

describe('a pause that the provider asked for', () => {
	it('delays every call for the account', async () => {
		const clock = manualClock();
		const account = rateLimiter(clock);
		account.pause(7_000);
		await account.run({ dayShare }, {}, async () => await Promise.resolve());
		expect(clock.waits).toEqual([7_000]);
	});

	it('ends with the execution', async () => {
		const account = rateLimiter(manualClock());
		account.pause(7_000);
		const signal = AbortSignal.abort();
		await expect(
			account.run({ dayShare, signal }, {}, async () => await Promise.resolve()),
		).rejects.toMatchObject({
			name: 'AbortError',
		});
	});

	it('ends with the execution, also while calls of another one have all slots', async () => {
		const account = rateLimiter(manualClock());
		let answer: () => void = () => undefined;
		const answered = new Promise<void>((resolve) => (answer = resolve));
		const others = [1, 2].map(() => account.run({ dayShare }, {}, () => answered));
		const cancel = new AbortController();
		const waiting = account.run({ dayShare, signal: cancel.signal }, {}, async () => 'called');
		cancel.abort(new Error('Cancelled.'));
		await expect(waiting).rejects.toThrow('Cancelled.');
		answer();
		await Promise.all(others);
	});
});

describe('the rate limiters of a process', () => {
	it('are shared by all callers of an account', () => {
		const rateLimiters = new RateLimiters(manualClock());
		const first = rateLimiters.of('xero a', 'A', limits);
		expect(rateLimiters.of('xero a', 'A', limits)).toBe(first);
		expect(rateLimiters.of('xero b', 'B', limits)).not.toBe(first);
	});

	it('are forgotten after a day without calls', () => {
		const clock = manualClock();
		const rateLimiters = new RateLimiters(clock);
		const first = rateLimiters.of('xero a', 'A', limits);
		clock.advance(25 * 3_600_000);
		rateLimiters.of('xero b', 'B', limits);
		expect(rateLimiters.of('xero a', 'A', limits)).not.toBe(first);
	});
});

describe('impossible values in replies', () => {
	const HEADER = 'x-left';
	const day = { limits: [1_000], reserve: 0.05, remainingHeader: 'x-day-left' };
	const run = async (account: RateLimiter) =>
		await account.run({ dayShare }, {}, async () => await Promise.resolve());

	it.each(['9'.repeat(400), '1e9', '-1', 'NaN', '4294967295'])('changes no limit: %#', async (left) => {
		const clock = manualClock();
		const account = rateLimiter(clock, { windows: perMinute(2, HEADER), day });
		account.observe({ [HEADER]: left, 'x-day-left': left });
		for (let call = 0; call < 3; call++) await run(account);
		expect(clock.waits).toEqual([60_000]);
		account.observe({ 'x-day-left': '900' });
		await run(account);
	});

	it('cause no rest longer than a day or until an invalid instant', async () => {
		const clock = manualClock();
		const account = rateLimiter(clock);
		for (const instant of ['2083-10-24', 'no date']) account.restUntil(new Date(instant));
		for (const wait of [1e20, Infinity, NaN, -5]) account.pause(wait);
		await run(account);
		expect(clock.waits).toEqual([]);
	});
});
