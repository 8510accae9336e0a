import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal | undefined>();

/**
 * Runs `work`; whatever in it waits for the database stops waiting when the signal aborts. It goes with the calls, so
 * that no function between a node and its statements has to pass it on, or can forget to.
 */
export function cancelledBy<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
	return current.run(signal, work);
}

/** How long an execution that was cancelled may still take to close its runs, in milliseconds. */
const CLOSING_MS = 3_000;

/** Runs what has to be put in order after a cancellation; it ends after three seconds, done or not. */
export function closingWork<T>(work: () => Promise<T>): Promise<T> {
	return cancelledBy(AbortSignal.timeout(CLOSING_MS), work);
}

/** The signal that ends the work that is running now. */
export function cancelSignal(): AbortSignal | undefined {
	return current.getStore();
}

/**
 * The result of `work`, which may go on unheard after the signal aborted.
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
