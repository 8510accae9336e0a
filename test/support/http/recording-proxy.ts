import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that leads nowhere: it notes the hosts that were asked for. */
export interface RecordingProxy {
	url: string;
	/** As `host:port`, in the order of the requests. */
	hosts: string[];
	close(): Promise<void>;
}

/** Keeps a test off the internet that has to see which of a provider's real hosts would be called. */
export async function recordingProxy(): Promise<RecordingProxy> {
	const hosts: string[] = [];
	const server = createServer((_, reply) => reply.writeHead(502).end());
	server.on('connect', ({ url }, socket) => {
		hosts.push(url ?? '');
		socket.on('error', () => undefined);
		socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		hosts,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
