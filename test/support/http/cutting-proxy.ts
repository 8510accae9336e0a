import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A connection to PostgreSQL that breaks when the server has answered a statement, before the client hears it. */
export interface CuttingProxy {
	port: number;
	/** How many connections were cut. */
	cuts: number;
	close(): Promise<void>;
}

/**
 * Cuts `times` connections at the answer to a statement whose text is `statement`, after `spared` of them got through;
 * the statement was carried out.
 */
export async function cuttingProxy(
	port: number,
	statement: string,
	times = 1,
	spared = 0,
): Promise<CuttingProxy> {
	let seen = 0;
	const sockets = new Set<Socket>();
	const proxy: CuttingProxy = { port: 0, cuts: 0, close: async () => close(server, sockets) };
	const server = createServer((client) => {
		const upstream = connect(port, '127.0.0.1');
		let doomed = false;
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.on('error', () => undefined);
			socket.on('close', () => {
				client.destroy();
				upstream.destroy();
			});
		}
		client.on('data', (data) => {
			if (data.includes(`${statement}\0`)) doomed ||= proxy.cuts < times && ++seen > spared;
			upstream.write(data);
		});
		upstream.on('data', (data) => {
			if (!doomed) return client.write(data);
			proxy.cuts++;
			return client.destroy();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	proxy.port = (server.address() as AddressInfo).port;
	return proxy;
}

async function close(server: Server, sockets: Set<Socket>): Promise<void> {
	for (const socket of sockets) socket.destroy();
	await new Promise((resolve) => server.close(resolve));
}
