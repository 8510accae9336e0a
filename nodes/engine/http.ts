/** One request as the engine wants it sent: no retries, no redirects followed, no exception for any status. */
export interface HttpRequest {
	method: 'GET' | 'POST' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	/** Sent form-encoded. */
	form?: Readonly<Record<string, string>>;
	/** Sent as JSON; never together with `form`. */
	json?: unknown;
	timeoutMs: number;
	signal?: AbortSignal;
}

/** A reply of any status, its body as text; header names are lower-case. */
export interface HttpReply {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/**
 * Sends one request. Rejects only where no reply came (DNS, connection, time-out, abort); the error's message
 * must not hold a header of the request.
 */
export type HttpClient = (request: HttpRequest) => Promise<HttpReply>;
