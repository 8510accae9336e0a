import { describe, expect, it } from '@jest/globals';

import { backoffMs, withJitter } from '../../../../nodes/engine/http/backoff';
import { systemClock } from '../../../../nodes/engine/contract/ports';
import { retryAfterMs } from '../../../../nodes/engine/limits/retry-after';

const now = new Date('2026-11-23T02:00:00Z');

describe('Retry-After', () => {
	it.each([
		['7', 7_000],
		[' 66975 ', 66_975_000],
		['0.5', 500],
		['0', 0],
		['Mon, 23 Nov 2026 02:00:30 GMT', 30_000],
		['Monday, 23-Nov-26 02:00:30 GMT', 30_000],
	])('reads %j', (header, milliseconds) => {
		expect(retryAfterMs(header, now)).toBe(milliseconds);
	});

	it('treats a past date as now', () => {
		expect(retryAfterMs('Mon, 23 Nov 2026 01:00:00 GMT', now)).toBe(0);
	});

	it('accepts a wait of at most a day', () => {
		expect(retryAfterMs('86400', now)).toBe(86_400_000);
		expect(retryAfterMs('Tue, 24 Nov 2026 02:00:00 GMT', now)).toBe(86_400_000);
	});

	it.each([
		'86401',
		'1795791596',
		'1e9',
		'99999999999999999999',
		'9'.repeat(400),
		'Tue, 24 Nov 2026 02:00:01 GMT',
		'Mon, 01 Jan 9999 00:00:00 GMT',
		`Mon, ${'1'.repeat(100_000)}`,
	])('takes more than a day for no answer: %#', (header) => {
		expect(retryAfterMs(header, now)).toBeUndefined();
	});

	it.each([undefined, '', 'soon', '-5', '5x', 'NaN'])('ignores %j', (header) => {
		expect(retryAfterMs(header, now)).toBeUndefined();
	});
});

describe('backoff', () => {
	it('doubles up to half a minute', () => {
		expect([0, 1, 2, 3, 20].map((tries) => backoffMs(tries, () => 0.999999))).toEqual([
			1_000, 2_000, 4_000, 8_000, 30_000,
		]);
	});

	it('subtracts a random part, at most half', () => {
		expect(backoffMs(2, () => 0)).toBe(2_000);
		expect(backoffMs(2, () => 0.5)).toBe(3_000);
	});

	it('waits at least as long as the provider asks', () => {
		expect(withJitter(5_000, () => 0)).toBe(5_000);
		expect(withJitter(5_000, () => 0.5)).toBe(5_500);
	});
});

describe('a wait', () => {
	it('ends at once when the execution is cancelled', async () => {
		const abort = new AbortController();
		const wait = systemClock.sleep(3_600_000, abort.signal);
		abort.abort();
		await expect(wait).rejects.toMatchObject({ name: 'AbortError' });
	});
});
