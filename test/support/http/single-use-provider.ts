import { setTimeout as sleep } from 'node:timers/promises';

import type { TokenSet } from '../../../db/vault/token-set';
import { GrantRefused } from './token-server';

/** A provider that takes each refresh token once and forgets it, as MYOB does. It answers within milliseconds. */
export class SingleUseProvider {
	/** How many exchanges were asked for since the last expiry. */
	calls = 0;
	private issued = 0;

	constructor(private readonly name: string) {}

	/** The only refresh token that it still takes. */
	get honoured(): string {
		return `made-up-refresh-${this.name}-${this.issued}`;
	}

	/** The pair that it gave last, of which the access token has ended. */
	expire(): TokenSet {
		this.calls = 0;
		return { ...this.pair(), expiresAt: new Date(Date.now() - 1_000) };
	}

	/** @throws GrantRefused for any refresh token but the last one */
	async exchange(refreshToken: string): Promise<TokenSet> {
		this.calls++;
		await sleep(2);
		if (refreshToken !== this.honoured) throw new GrantRefused('invalid_grant');
		this.issued++;
		return this.pair();
	}

	private pair(): TokenSet {
		return {
			accessToken: `made-up-access-${this.name}-${this.issued}`,
			refreshToken: this.honoured,
			expiresAt: new Date(Date.now() + 1_200_000),
		};
	}
}
