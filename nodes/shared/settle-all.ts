import { Semaphore } from './concurrency';

/** Each task holds a connection of the pool. */
const AT_ONCE = 4;
/** After this time a task is presumably waiting for a locked row, not for a busy database. */
const PATIENCE_MS = 1_000;

/**
 * Runs `work` for all items, a few at a time, even if it fails for some. One that takes longer than a second, such as
 * waiting for a lock, does not delay the others.
 * @returns the results and the errors, both in the order of the items
 */
export async function settleAll<Item, Result>(
	items: readonly Item[],
	work: (item: Item) => Promise<Result>,
): Promise<{ results: Result[]; errors: unknown[] }> {
	const slots = new Semaphore(AT_ONCE, PATIENCE_MS);
	const endings = await Promise.allSettled(items.map((item) => slots.run(async () => await work(item))));
	return {
		results: endings.flatMap((ending) => (ending.status === 'fulfilled' ? [ending.value] : [])),
		errors: endings.flatMap((ending) => (ending.status === 'rejected' ? [ending.reason as unknown] : [])),
	};
}
