/** Limits how many tasks run at once; the others wait in order of arrival. */
export class Semaphore {
	private readonly waiting = new Set<() => void>();

	/** @param patienceMs a task that takes longer gives its slot to the next one and continues without it */
	constructor(
		private free: number,
		private readonly patienceMs?: number,
	) {}

	/** @throws the signal's reason if it aborts before the task has a slot */
	async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		await this.enter(signal);
		let isInside = true;
		const leave = (): void => {
			if (isInside) this.leave();
			isInside = false;
		};
		const timer = this.patienceMs === undefined ? undefined : setTimeout(leave, this.patienceMs);
		try {
			return await work();
		} finally {
			clearTimeout(timer);
			leave();
		}
	}

	private async enter(signal: AbortSignal | undefined): Promise<void> {
		signal?.throwIfAborted();
		if (this.free > 0) this.free--;
		else await this.turn(signal);
	}

	private async turn(signal: AbortSignal | undefined): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const enter = (): void => {
				signal?.removeEventListener('abort', stop);
				resolve();
			};
			const stop = (): void => {
				this.waiting.delete(enter);
				reject(signal!.reason as Error);
			};
			this.waiting.add(enter);
			signal?.addEventListener('abort', stop, { once: true });
		});
	}

	private leave(): void {
		const [next] = this.waiting;
		if (!next) {
			this.free++;
			return;
		}
		this.waiting.delete(next);
		next();
	}
}

/** Each task holds a connection of the pool. */
const MAX_SETTLING = 4;
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
	const semaphore = new Semaphore(MAX_SETTLING, PATIENCE_MS);
	const endings = await Promise.allSettled(items.map((item) => semaphore.run(async () => await work(item))));
	return {
		results: endings.flatMap((ending) => (ending.status === 'fulfilled' ? [ending.value] : [])),
		errors: endings.flatMap((ending) => (ending.status === 'rejected' ? [ending.reason as unknown] : [])),
	};
}

/** Runs `work` for all inputs, at most `concurrent` at a time, and returns the results in the order of the inputs. */
export async function mapConcurrently<In, Out>(
	inputs: readonly In[],
	concurrent: number,
	work: (input: In) => Promise<Out>,
): Promise<Out[]> {
	const results: Out[] = [];
	const entries = inputs.entries();
	const worker = async (): Promise<void> => {
		for (const [index, input] of entries) results[index] = await work(input);
	};
	await Promise.all(Array.from({ length: Math.min(concurrent, inputs.length) }, worker));
	return results;
}

/** Splits a list into batches of at most `size`. */
export function splitIntoBatches<T>(all: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
		all.slice(index * size, (index + 1) * size),
	);
}
