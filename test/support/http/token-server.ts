import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import type { TokenSet } from '../../../db/vault/token-set';

/** A token endpoint with rotating refresh tokens: each exchange gives a new pair, numbered in order. */
export class TokenServer {
	/** The refresh tokens that were sent, in order. */
	readonly calls: string[] = [];
	/** How long an answer takes. */
	delayMs = 0;
	/** Whether a refresh token that was exchanged already is still taken, as in Xero's 30 minutes. */
	grace = true;
	private readonly held: Array<() => void> = [];
	private holds = false;

	private constructor(
		readonly url: string,
		readonly close: () => Promise<void>,
	) {}

	static async start(): Promise<TokenServer> {
		const server = createServer((request, response) => {
			void text(request).then((body) => tokens.answer(body, response));
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const tokens = new TokenServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		});
		return tokens;
	}

	/** The next call has no answer until `letGo`. */
	holdNext(): void {
		this.holds = true;
	}

	letGo(): void {
		for (const go of this.held.splice(0)) go();
	}

	private async answer(refreshToken: string, response: ServerResponse): Promise<void> {
		const isRepeated = this.calls.includes(refreshToken);
		const number = this.calls.push(refreshToken);
		if (this.holds) await this.hold();
		await sleep(this.delayMs);
		const refused = isRepeated && !this.grace;
		response.writeHead(refused ? 400 : 200, { 'content-type': 'application/json' });
		response.end(JSON.stringify(refused ? { error: 'invalid_grant' } : { number }));
	}

	private async hold(): Promise<void> {
		this.holds = false;
		await new Promise<void>((resolve) => this.held.push(resolve));
	}
}

/** What the provider's refusal becomes in the caller's words. */
export class GrantRefused extends Error {}

export const isRefusal = (error: unknown): boolean => error instanceof GrantRefused;

/** Sends a refresh token to the server. @throws GrantRefused */
export async function exchangeAt(url: string, refreshToken: string): Promise<TokenSet> {
	const response = await fetch(url, { method: 'POST', body: refreshToken });
	const { number, error } = (await response.json()) as { number?: number; error?: string };
	if (number === undefined) throw new GrantRefused(error);
	return pairOf(number);
}

/** The pair that the server gives at its n-th call. */
export function pairOf(number: number): TokenSet {
	return {
		accessToken: `made-up-access-token-${number}`,
		refreshToken: `made-up-refresh-token-${number}`,
		expiresAt: new Date(Date.now() + 1_800_000),
	};
}
