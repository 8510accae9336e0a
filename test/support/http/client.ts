import type { HttpClient } from '../../../nodes/engine/contract/http';

/** The engine's HTTP client over fetch, for tests without n8n: no redirects, no exception for any status. */
export const httpClient: HttpClient = async (request) => {
	const response = await fetch(request.url, {
		method: request.method,
		headers:
			request.json === undefined
				? request.headers
				: { ...request.headers, 'content-type': 'application/json' },
		body: request.form
			? new URLSearchParams(request.form)
			: request.json === undefined
				? undefined
				: JSON.stringify(request.json),
		redirect: 'manual',
		signal: AbortSignal.any([
			AbortSignal.timeout(request.timeoutMs),
			...(request.signal ? [request.signal] : []),
		]),
	}).catch(throwCause);
	return {
		status: response.status,
		headers: Object.fromEntries(response.headers),
		body: await response.text(),
	};
};

// fetch says "fetch failed"; what happened is in its cause.
function throwCause(error: Error): never {
	throw error.cause instanceof Error ? error.cause : error;
}
