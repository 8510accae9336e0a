import type { Readable } from 'node:stream';

import { MAX_REPLY_BYTES, ReplyTooLarge, type HttpRequest } from '../engine/contract/http';
import { Semaphore } from '../shared/concurrency';

/** Few replies are longer. Longer ones are read one at a time, so that several at once do not exhaust the memory. */
const USUAL_BYTES = 2 ** 21;
/** A reply that takes longer is slow rather than large, and must not keep the others waiting. */
const PATIENCE_MS = 5_000;

const longReplies = new Semaphore(1, PATIENCE_MS);

/**
 * Reads a body as UTF-8 text without a byte order mark, up to `maxBytes`. If it is longer or the signal fires, the
 * stream is destroyed, together with the decompression and the connection.
 * @throws ReplyTooLarge, or the error that ended the connection
 */
export async function readBodyText(
	body: Readable,
	{ maxBytes = MAX_REPLY_BYTES, signal }: Pick<HttpRequest, 'maxBytes' | 'signal'>,
): Promise<string> {
	const destroyBody = (): void => void body.destroy();
	// An 'error' event without a listener, such as a late one from a closing connection, would crash n8n.
	body.on('error', destroyBody);
	signal?.addEventListener('abort', destroyBody, { once: true });
	try {
		signal?.throwIfAborted();
		const text = new BoundedText(body, maxBytes);
		if (await text.readUpTo(USUAL_BYTES)) return text.decode();
		await longReplies.run(async () => await text.readUpTo(Infinity), signal);
		return text.decode();
	} finally {
		signal?.removeEventListener('abort', destroyBody);
		destroyBody();
	}
}

class BoundedText {
	private readonly chunks: Buffer[] = [];

	private bytes = 0;

	private readonly source: AsyncIterator<Buffer>;

	constructor(
		body: Readable,
		private readonly maxBytes: number,
	) {
		this.source = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
	}

	/** Reads up to `bytes` bytes; returns whether the end was reached. @throws ReplyTooLarge */
	async readUpTo(bytes: number): Promise<boolean> {
		while (this.bytes < bytes) {
			const { done, value } = await this.source.next();
			if (done) return true;
			this.bytes += value.length;
			if (this.bytes > this.maxBytes) throw new ReplyTooLarge(this.maxBytes);
			this.chunks.push(value);
		}
		return false;
	}

	decode(): string {
		return new TextDecoder().decode(Buffer.concat(this.chunks));
	}
}
