import type { Readable } from 'node:stream';

import { MAX_REPLY_BYTES, ReplyTooLarge, type HttpRequest } from '../engine/contract/http';
import { Semaphore } from '../shared/concurrency';

/** Hardly any reply is longer; one that is waits for its turn, so that several at once do not fill the memory. */
const USUAL_BYTES = 2 ** 21;

const longReplies = new Semaphore(1);

/**
 * A body as text (UTF-8, without its mark), read no further than allowed. Where it is longer, or the signal fires, the
 * stream is destroyed, and with it what it is unpacked from and the connection.
 * @throws ReplyTooLarge, or what ended the connection
 */
export async function readText(
	body: Readable,
	{ maxBytes = MAX_REPLY_BYTES, signal }: Pick<HttpRequest, 'maxBytes' | 'signal'>,
): Promise<string> {
	const stop = (): void => void body.destroy();
	// An error that nobody listens to, such as a late one of a connection that is being closed, would end n8n.
	body.on('error', stop);
	signal?.addEventListener('abort', stop, { once: true });
	try {
		signal?.throwIfAborted();
		const text = new BoundedText(body, maxBytes);
		if (!(await text.readUpTo(USUAL_BYTES))) await longReplies.run(async () => await text.readUpTo(Infinity));
		return text.decode();
	} finally {
		signal?.removeEventListener('abort', stop);
		stop();
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

	/** Whether the end was reached before so many bytes. @throws ReplyTooLarge */
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
