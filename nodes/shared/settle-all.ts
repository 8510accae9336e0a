import { Semaphore } from './concurrency';

/** Each holds a connection of the pool while it works. */
const AT_ONCE = 4;
/** After that it is its own row that somebody has locked, and not the database that is busy. */
const PATIENCE_MS = 1_000;

/**
 * Does the work for all items, a few at a time, also where it fails for some. One that takes longer than a second, for
 * somebody's lock, holds up no other.
 * @returns what succeeded and what failed, both in the order of the items
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
