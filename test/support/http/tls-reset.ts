import { createServer, type AddressInfo } from 'node:net';

/** A peer at `https://…` that resets every connection in the middle of TLS's handshake. */
export interface TlsReset {
	url: string;
	/** How many handshakes were begun. */
	begun: number;
	close(): Promise<void>;
}

const HANDSHAKE = 0x16;

/** Starts it on loopback. */
export async function tlsReset(): Promise<TlsReset> {
	const server = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.once('data', (hello) => {
			if (hello[0] === HANDSHAKE) peer.begun++;
			socket.resetAndDestroy();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const peer: TlsReset = {
		url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
		begun: 0,
		close: async () => await new Promise((resolve) => server.close(() => resolve())),
	};
	return peer;
}
