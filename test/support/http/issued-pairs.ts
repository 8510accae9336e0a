import { setTimeout as sleep } from 'node:timers/promises';

import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { GrantRefused } from './token-server';

/** A provider in this process that takes each refresh token once and remembers the last pair of every connection. */
export class IssuedPairs {
	private readonly numbers = new Map<string, number>();
	calls = 0;

	/** The pair that the provider gave last. */
	last(owner: TokenOwner): TokenSet & { refreshToken: string } {
		return this.pair(owner, this.numbers.get(owner.integrationId) ?? 0);
	}

	/** Exchanges a refresh token. @throws GrantRefused if it is not the last one */
	readonly exchangeFor =
		(owner: TokenOwner, delayMs = 5) =>
		async (refreshToken: string): Promise<TokenSet> => {
			if (refreshToken !== this.last(owner).refreshToken) throw new GrantRefused(refreshToken);
			this.calls++;
			this.numbers.set(owner.integrationId, (this.numbers.get(owner.integrationId) ?? 0) + 1);
			await sleep(delayMs);
			return this.last(owner);
		};

	private pair({ integrationId }: TokenOwner, number: number): TokenSet & { refreshToken: string } {
		return {
			accessToken: `made-up-access-${integrationId}-${number}`,
			refreshToken: `made-up-refresh-${integrationId}-${number}`,
			expiresAt: new Date(0),
		};
	}
}
