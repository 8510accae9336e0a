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
	/** How long the body may be, unpacked; `MAX_REPLY_BYTES` unless told. */
	maxBytes?: number;
}

/** Longer than any page, report or file that is asked for; a small reply can unpack to a thousand times its size. */
export const MAX_REPLY_BYTES = 32 * 2 ** 20;

/** A body that was longer than allowed: it was not read to its end, and its connection was closed. */
export class ReplyTooLarge extends Error {
	constructor(maxBytes: number) {
		super(`a reply of more than ${maxBytes / 2 ** 20} MB, unpacked, was not read to its end`);
		this.name = 'ReplyTooLarge';
	}
}

/** A reply of any status, its body as text; header names are lower-case. */
export interface HttpReply {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/**
 * Sends one request. Rejects only where no reply came (DNS, connection, time-out, abort) or where it was too long
 * (`ReplyTooLarge`); the error's message must not hold a header of the request.
 */
export type HttpClient = (request: HttpRequest) => Promise<HttpReply>;
