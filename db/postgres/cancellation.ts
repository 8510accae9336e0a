import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal | undefined>();

/**
 * Runs `work`; every wait for the database inside it ends when the signal aborts. The signal is stored in the async
 * context, so no function between a node and its statements has to pass it on, or can forget to.
 */
export function cancelledBy<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
	return current.run(signal, work);
}

/** How long a cancelled execution may still take to close its runs. */
const CLOSING_MS = 3_000;

/** Runs the cleanup after a cancellation. It is aborted after three seconds. */
export function closingWork<T>(work: () => Promise<T>): Promise<T> {
	return cancelledBy(AbortSignal.timeout(CLOSING_MS), work);
}

/** The signal of the work that is running now. */
export function cancelSignal(): AbortSignal | undefined {
	return current.getStore();
}

/**
 * The result of `work`. After an abort `work` may continue in the background; its result is ignored.
 * @throws the signal's reason as soon as it aborts; what `work` throws
 */
export async function untilCancelled<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
	if (!signal) return await work();
	signal.throwIfAborted();
	return await new Promise<T>((resolve, reject) => {
		const stop = (): void => reject(signal.reason as Error);
		signal.addEventListener('abort', stop, { once: true });
		work()
			.then(resolve, reject)
			.finally(() => signal.removeEventListener('abort', stop));
	});
}
