import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';

import { ReplyTooLarge } from '../../../nodes/engine/contract/http';
import { readBodyText } from '../../../nodes/adapter/read-text';

const MB = 2 ** 20;

describe('a body', () => {
	let close: (() => void) | undefined;
	afterEach(() => close?.());

	/** The unpacked body of a reply, as n8n's client gives it, and the server's end of the connection. */
	async function replyOf(answer: (response: ServerResponse) => void, packed = false) {
		const server = createServer((_, response) => answer(response));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		close = () => (server.closeAllConnections(), server.close());
		const connected = once(server, 'connection');
		const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { agent: false });
		const [[socket], [incoming]] = await Promise.all([connected, once(request, 'response')]);
		// Not by `once`, which rejects where the connection ends with an error.
		const closed = new Promise((resolve) => (socket as NodeJS.EventEmitter).on('close', resolve));
		const reply = incoming as Readable;
		if (!packed) return { body: reply, closed };
		const unpacked = createGunzip();
		unpacked.on('close', () => reply.destroy());
		return { body: reply.pipe(unpacked) as Readable, closed };
	}

	it('is read as UTF-8, without its mark, across the borders of its pieces', async () => {
		const bytes = Buffer.from('\ufeff{"name":"Jos\u00e9 \u2603"}');
		const pieces = [...bytes].map((byte) => Buffer.from([byte]));
		expect(await readBodyText(Readable.from(pieces), {})).toBe('{"name":"Jos\u00e9 \u2603"}');
	});

	it('is read up to the very limit, and not beyond', async () => {
		const text = 'a'.repeat(MB);
		expect(await readBodyText(Readable.from([Buffer.from(text)]), { maxBytes: MB })).toHaveLength(MB);
		const longer = readBodyText(Readable.from([Buffer.from(`${text}a`)]), { maxBytes: MB });
		await expect(longer).rejects.toThrow('exceeds 1 MB');
	});

	it('closes the connection of a body that is too long', async () => {
		const { body, closed } = await replyOf((response) => {
			const more = (): boolean => response.writable && response.write(Buffer.alloc(MB), more as () => void);
			more();
		});
		await expect(readBodyText(body, { maxBytes: 3 * MB })).rejects.toThrow(ReplyTooLarge);
		await closed;
	});

	it('closes the connection of a body that unpacks to too much', async () => {
		const packed = gzipSync(Buffer.alloc(64 * MB));
		const { body, closed } = await replyOf((response) => response.write(packed), true);
		await expect(readBodyText(body, {})).rejects.toThrow('exceeds 32 MB');
		await closed;
	});

	it('ends a body that takes too long with the signal, and closes its connection', async () => {
		const { body, closed } = await replyOf((response) => response.write('{'));
		const deadline = new AbortController();
		const text = readBodyText(body, { signal: deadline.signal });
		setTimeout(() => deadline.abort(), 20);
		await expect(text).rejects.toThrow('Premature close');
		await closed;
	});

	it('reports a truncated body as an error', async () => {
		const { body } = await replyOf((response) => response.write('{', () => response.destroy()));
		await expect(readBodyText(body, {})).rejects.toThrow('aborted');
	});

	it('makes a long body wait for another long one, and reads both', async () => {
		const bodies = [0, 1, 2].map(() => Readable.from([Buffer.alloc(5 * MB, 'a'), Buffer.from('z')]));
		const texts = await Promise.all(bodies.map(async (body) => await readBodyText(body, {})));
		expect(texts.map((text) => [text.length, text.at(-1)])).toEqual(Array(3).fill([5 * MB + 1, 'z']));
	});

	it('does not make a long body wait for one that never ends', async () => {
		const endless = new Readable({ read: () => undefined });
		endless.push(Buffer.alloc(3 * MB));
		const deadline = new AbortController();
		const first = readBodyText(endless, { signal: deadline.signal });
		const gone = new AbortController();
		const cancelled = readBodyText(Readable.from([Buffer.alloc(3 * MB)]), { signal: gone.signal });
		const second = readBodyText(Readable.from([Buffer.alloc(3 * MB), Buffer.from('z')]), {});
		setTimeout(() => gone.abort(new Error('Cancelled.')), 20);
		await expect(cancelled).rejects.toThrow('Cancelled.');
		expect(await second).toHaveLength(3 * MB + 1);
		deadline.abort();
		await expect(first).rejects.toThrow('Premature close');
	});
});
