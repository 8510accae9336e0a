import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';

import { jsonReply, whole, type Delivery, type SandboxRequest } from './core/reply';

export type Handler = (request: SandboxRequest) => Promise<Delivery>;

/** A real HTTP server on the loopback that answers as the handler says, faults included. Port 0 takes a free one. */
export async function listen(
	handler: Handler,
	port: number,
): Promise<{ url: string; close(): Promise<void> }> {
	const server = createServer((incoming, response) => {
		answer(handler, incoming, response).catch((error: Error) => response.destroy(error));
	});
	// Longer than clients keep their sockets: a close from this side would look like a fault nobody asked for.
	server.keepAliveTimeout = 120_000;
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	const { port: actual } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${actual}`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
	if (!server.listening) return Promise.resolve();
	return new Promise((resolve, reject) => {
		server.close((error) => (error ? reject(error) : resolve()));
		server.closeAllConnections();
	});
}

async function answer(handler: Handler, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
	const delivery = await handler(await read(incoming)).catch(unexpected);
	// A client that gave up meanwhile has closed already; its event will not come again.
	if (response.destroyed) return delivery.finished?.();
	if (delivery.finished) response.once('close', delivery.finished);
	await deliver(delivery, response);
}

function unexpected(error: Error): Delivery {
	return whole(jsonReply(500, { error: 'sandbox', message: `The sandbox itself failed: ${error.message}` }));
}

async function read(incoming: IncomingMessage): Promise<SandboxRequest> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk as Buffer);
	const url = new URL(incoming.url ?? '/', 'http://sandbox');
	return {
		method: incoming.method ?? 'GET',
		path: url.pathname,
		query: url.searchParams,
		headers: incoming.headers,
		body: Buffer.concat(chunks).toString('utf8'),
	};
}

async function deliver(
	{ reply, manner, dripMs, megabytes }: Delivery,
	response: ServerResponse,
): Promise<void> {
	if (manner === 'hang') return;
	if (manner === 'reset') return void response.socket?.resetAndDestroy();
	if (manner === 'bomb') return explode(megabytes ?? 300, response);
	const body = Buffer.from(reply.body);
	response.writeHead(reply.status, { ...reply.headers, 'content-length': String(body.length) });
	if (manner === 'whole') return void response.end(body);
	if (manner === 'drip') return await drip(body, dripMs ?? 50, response);
	response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

/** A list of one text; gzip lets packed pieces stand one after the other. */
function explode(megabytes: number, response: ServerResponse): void {
	const filling = gzipSync(Buffer.alloc(2 ** 20, 'a'));
	const pieces = Array.from({ length: megabytes }, () => filling);
	response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
	response.end(Buffer.concat([gzipSync('{"results":["'), ...pieces, gzipSync('"]}')]));
}

/** Twenty pieces, one after each pause; ends early where the client gives up. */
async function drip(body: Buffer, pauseMs: number, response: ServerResponse): Promise<void> {
	const size = Math.ceil(body.length / 20) || 1;
	response.flushHeaders();
	for (let at = 0; at < body.length && !response.destroyed; at += size) {
		await sleep(pauseMs);
		response.write(body.subarray(at, at + size));
	}
	response.end();
}
