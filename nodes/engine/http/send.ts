import type { HttpClient, HttpReply, HttpRequest } from '../contract/http';

/**
 * Sends a request whose complete reply must arrive within the timeout: a limit on silence alone would let a body trickle
 * for ever. On a timeout the client is aborted; one that ignores the abort is no longer waited for.
 * @throws the signal's reason if the execution was cancelled, otherwise an error that says what happened
 */
export async function send(http: HttpClient, request: HttpRequest): Promise<HttpReply> {
	const { signal, timeoutMs } = request;
	signal?.throwIfAborted();
	const deadline = new AbortController();
	const abortRequest = (): void => deadline.abort(signal?.reason);
	const late = new Error(`no complete reply within ${timeoutMs / 1_000} seconds`);
	signal?.addEventListener('abort', abortRequest, { once: true });
	const timer = setTimeout(() => deadline.abort(late), timeoutMs);
	try {
		return await Promise.race([http({ ...request, signal: deadline.signal }), whenAborted(deadline.signal)]);
	} catch (error) {
		throw deadline.signal.aborted ? deadline.signal.reason : error;
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener('abort', abortRequest);
	}
}

async function whenAborted(signal: AbortSignal): Promise<never> {
	return await new Promise((_, reject) => {
		signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
	});
}
