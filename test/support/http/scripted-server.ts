import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { HttpReply } from '../../../nodes/engine/contract/http';

/** What the peer answers; `hangs` never does, `cut` closes the connection in mid-body. */
export type ScriptedReply = Partial<HttpReply> | { hangs: true } | { cut: string };

export interface SeenRequest {
	method: string;
	path: string;
	query: Record<string, string>;
	headers: IncomingMessage['headers'];
	body: string;
}

export interface ScriptedServer {
	url: string;
	seen: SeenRequest[];
	close(): Promise<void>;
}

/** A real HTTP peer on loopback whose answers a function decides. */
export async function scriptedServer(
	answer: (request: SeenRequest) => ScriptedReply,
): Promise<ScriptedServer> {
	const seen: SeenRequest[] = [];
	const server = createServer((incoming, outgoing) => {
		void read(incoming).then((request) => {
			seen.push(request);
			write(outgoing, answer(request));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		seen,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk as Buffer);
	const url = new URL(incoming.url ?? '/', 'http://peer');
	return {
		method: incoming.method ?? '',
		path: url.pathname,
		query: Object.fromEntries(url.searchParams),
		headers: incoming.headers,
		body: Buffer.concat(chunks).toString('utf8'),
	};
}

function write(outgoing: ServerResponse, reply: ScriptedReply): void {
	if ('hangs' in reply) return;
	if ('cut' in reply) {
		outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.cut.length + 100 });
		outgoing.write(reply.cut, () => outgoing.destroy());
		return;
	}
	outgoing.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
	outgoing.end(reply.body ?? '');
}
