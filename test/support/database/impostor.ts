import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Certificate } from '../http/certificate';

/** Stands in for a PostgreSQL server and asks whoever comes for the password. */
export interface Impostor {
	port: number;
	/** What it was told: passwords, and the startup message with the name of the login. */
	heard: string[];
	close(): Promise<void>;
}

/** How it answers the question for TLS. */
export type Greeting =
	/** With TLS of a certificate of its own. */
	| { tls: Certificate }
	/** These bytes, and goes on without TLS. */
	| { bytes: string | Buffer };

const CLEARTEXT_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const PASSWORD_MESSAGE = 'p'.charCodeAt(0);

/** Starts one on `host`. */
export async function impostor(greeting: Greeting, host: string): Promise<Impostor> {
	const heard: string[] = [];
	return await listening(host, heard, (socket) => {
		socket.once('data', () => askForPassword(greet(socket, greeting), heard));
	});
}

/** Passes everything on to a server that has TLS, but for the question for it, which it answers with no. */
export async function tlsStripper(upstreamPort: number, host: string): Promise<Impostor> {
	const heard: string[] = [];
	return await listening(host, heard, (socket) => {
		socket.once('data', () => {
			const upstream = connect(upstreamPort, '127.0.0.1');
			upstream.on('error', () => socket.destroy());
			socket.on('close', () => upstream.destroy());
			socket.on('data', (data) => {
				heard.push(data.toString('latin1'));
				upstream.write(data);
			});
			upstream.on('data', (data) => socket.write(data));
			socket.write('N');
		});
	});
}

function greet(socket: Socket, greeting: Greeting): Socket {
	if ('bytes' in greeting) {
		socket.write(greeting.bytes);
		return socket;
	}
	socket.write('S');
	const { cert, key } = greeting.tls;
	const secured = new TLSSocket(socket, { isServer: true, cert: readFileSync(cert), key: readFileSync(key) });
	secured.on('error', () => undefined);
	return secured;
}

function askForPassword(socket: Socket, heard: string[]): void {
	socket.on('data', (data) => {
		heard.push(data.toString('latin1'));
		if (data[0] === PASSWORD_MESSAGE) socket.end();
		else socket.write(CLEARTEXT_PASSWORD);
	});
}

async function listening(host: string, heard: string[], serve: (socket: Socket) => void): Promise<Impostor> {
	const sockets = new Set<Socket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		serve(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, host, resolve));
	const close = async (): Promise<void> => {
		for (const socket of sockets) socket.destroy();
		await new Promise((resolve) => server.close(resolve));
	};
	return { port: (server.address() as AddressInfo).port, heard, close };
}
