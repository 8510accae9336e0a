import { describe, expect, it } from '@jest/globals';

import { eachInTurns } from '../../../nodes/shared/turns';

/** The most items that were done between two turns of the event loop. */
async function mostAtOnce(count: number): Promise<{ done: number; most: number }> {
	let [done, seen, most, isOver] = [0, 0, 0, false];
	const look = (): void => {
		most = Math.max(most, done - seen);
		seen = done;
		if (!isOver) setImmediate(look);
	};
	setImmediate(look);
	await eachInTurns(
		Array.from({ length: count }, (_, index) => index),
		(item, index) => {
			if (item !== index) throw new Error('Out of order.');
			done++;
		},
	);
	isOver = true;
	return { done, most };
}

describe('work for many items', () => {
	it('yields to the event loop at least every 500 items', async () => {
		expect(await mostAtOnce(100_000)).toEqual({ done: 100_000, most: 500 });
	});

	it('stops when it is cancelled', async () => {
		const cancel = new AbortController();
		let done = 0;
		const work = (): void => {
			if (++done === 10) cancel.abort(new Error('Cancelled.'));
		};
		const items = Array.from({ length: 10_000 }, () => 0);
		await expect(eachInTurns(items, work, cancel.signal)).rejects.toThrow('Cancelled.');
		expect(done).toBe(500);
	});
});
