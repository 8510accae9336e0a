import { createServer, type AddressInfo, type Socket } from 'node:net';

import pg from 'pg';

import { clientConfig, type DatabaseSettings } from '../../../db/postgres/pool';

export interface TransactionPooler {
	/** The same login, through the pooler. */
	settings: DatabaseSettings;
	close(): Promise<void>;
}

const READY_IDLE = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
/** Authentication done, the encoding, ready: what a client waits for after its start-up packet. */
const WELCOME = Buffer.concat([
	Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]),
	parameterStatus('client_encoding', 'UTF8'),
	READY_IDLE,
]);

/**
 * Does what a pooler in transaction mode does, in small: all clients share ONE session of the server, and each gets
 * it for the length of a transaction. What a transaction leaves in the session, the next client meets.
 */
export async function startTransactionPooler(settings: DatabaseSettings): Promise<TransactionPooler> {
	const session = new pg.Client(clientConfig(settings));
	session.on('error', () => undefined);
	await session.connect();
	const upstream = (session as unknown as { connection: { stream: Socket } }).connection.stream;
	upstream.removeAllListeners('data');
	const queue = new Queue(upstream);
	const server = createServer((client) => queue.welcome(client));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		settings: { ...settings, host: '127.0.0.1', port },
		close: async () => {
			upstream.destroy();
			queue.disconnect();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

class Queue {
	private holder: Socket | undefined;
	private readonly waiting: Array<{ client: Socket; data: Buffer }> = [];
	private readonly clients = new Set<Socket>();

	constructor(private readonly upstream: Socket) {
		upstream.on('data', (data) => this.answer(data));
		upstream.on('error', () => this.disconnect());
	}

	welcome(client: Socket): void {
		this.clients.add(client);
		client.on('error', () => client.destroy());
		client.once('data', () => {
			client.write(WELCOME);
			client.on('data', (data) => this.forward(client, data));
		});
	}

	disconnect(): void {
		for (const client of this.clients) client.destroy();
	}

	private forward(client: Socket, data: Buffer): void {
		if (data[0] === 0x58) return void client.end();
		if (this.holder && this.holder !== client) return void this.waiting.push({ client, data });
		this.holder = client;
		this.upstream.write(data);
	}

	/** The session is free again once the server is ready and outside of a transaction. */
	private answer(data: Buffer): void {
		this.holder?.write(data);
		if (!data.subarray(-READY_IDLE.length).equals(READY_IDLE)) return;
		this.holder = undefined;
		const next = this.waiting.shift();
		if (next) this.forward(next.client, next.data);
	}
}

function parameterStatus(name: string, value: string): Buffer {
	const body = Buffer.from(`${name}\0${value}\0`);
	const head = Buffer.from([0x53, 0, 0, 0, body.length + 4]);
	return Buffer.concat([head, body]);
}
