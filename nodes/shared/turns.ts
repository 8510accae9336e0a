import { setImmediate as turn } from 'node:timers/promises';

const ITEMS_A_TURN = 500;

/**
 * Runs `work` for each item in order and yields to the event loop in between, so that n8n answers health checks and
 * other executions continue.
 * @throws the signal's reason if the execution was cancelled
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
