/** One HTTP request. The client must not retry it, follow redirects or throw because of a status. */
export interface HttpRequest {
	method: 'GET' | 'POST' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	/** Sent form-encoded. */
	form?: Readonly<Record<string, string>>;
	/** Sent as JSON; not combined with `form`. */
	json?: unknown;
	timeoutMs: number;
	signal?: AbortSignal;
	/** The maximum size of the decompressed body; `MAX_REPLY_BYTES` by default. */
	maxBytes?: number;
}

/** Larger than any page, report or file that is requested. A small reply can decompress to a thousand times its size. */
export const MAX_REPLY_BYTES = 32 * 2 ** 20;

/** A body exceeded the limit: it was not read to its end, and its connection was closed. */
export class ReplyTooLarge extends Error {
	constructor(maxBytes: number) {
		super(`it exceeds ${maxBytes / 2 ** 20} MB when decompressed and was not read to its end`);
		this.name = 'ReplyTooLarge';
	}
}

/** A reply, whatever its status, with the body as text; header names are lower-case. */
export interface HttpReply {
	status: number;
	headers: Record<string, string>;
	body: string;
}

/**
 * Sends one request. Rejects only if there was no reply (DNS, connection, timeout, abort) or if it was too large
 * (`ReplyTooLarge`). The error message must not contain a header of the request.
 */
export type HttpClient = (request: HttpRequest) => Promise<HttpReply>;
