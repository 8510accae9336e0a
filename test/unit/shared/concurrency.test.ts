import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';

import { Semaphore } from '../../../nodes/shared/concurrency';

describe('a task that waits for a slot', () => {
	it('ends when it is cancelled, and takes no slot with it', async () => {
		const slots = new Semaphore(1);
		const done: string[] = [];
		let free: () => void = () => undefined;
		const first = slots.run(async () => await new Promise<void>((resolve) => (free = resolve)));
		const cancel = new AbortController();
		const cancelled = slots.run(async () => void done.push('cancelled'), cancel.signal);
		const last = slots.run(async () => void done.push('last'), new AbortController().signal);
		await turn();
		cancel.abort(new Error('Cancelled.'));
		await expect(cancelled).rejects.toThrow('Cancelled.');
		expect(done).toEqual([]);
		free();
		await Promise.all([first, last]);
		await slots.run(async () => void done.push('later'));
		expect(done).toEqual(['last', 'later']);
	});

	it('does not begin if it was cancelled before', async () => {
		const begun = new Semaphore(1).run(async () => 'begun', AbortSignal.abort(new Error('Cancelled.')));
		await expect(begun).rejects.toThrow('Cancelled.');
	});
});
