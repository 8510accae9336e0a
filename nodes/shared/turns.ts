import { setImmediate as turn } from 'node:timers/promises';

const ITEMS_A_TURN = 500;

/**
 * Does the work for each item, in order. In between the event loop turns, so that n8n answers its health checks and
 * other executions go on.
 * @throws the signal's reason where it was cancelled
 */
export async function eachInTurns<Item>(
	items: Iterable<Item>,
	work: (item: Item, index: number) => void,
	signal?: AbortSignal,
): Promise<void> {
	let index = 0;
	for (const item of items) {
		if (index > 0 && index % ITEMS_A_TURN === 0) {
			await turn();
			signal?.throwIfAborted();
		}
		work(item, index++);
	}
}
