import { describe, expect, it } from '@jest/globals';

import type { TokenSet } from '../../../../db/vault/token-set';
import { createTokenSource, type TokenStore } from '../../../../nodes/engine/http/tokens';
import { manualClock } from '../../../support/engine/manual-clock';

const now = Date.parse('2026-11-23T02:00:00Z');

function store(expiresInMs: number | null): TokenStore & { reads: number; refreshes: string[] } {
	const token = (accessToken: string, inMs: number | null): TokenSet => ({
		accessToken,
		refreshToken: `refresh-${accessToken}`,
		expiresAt: inMs === null ? null : new Date(now + inMs),
	});
	return {
		reads: 0,
		refreshes: [],
		async read() {
			this.reads++;
			return await Promise.resolve(token('made-up-token-0', expiresInMs));
		},
		async refresh(stale) {
			this.refreshes.push(stale);
			await new Promise((resolve) => setTimeout(resolve, 2));
			return token(`made-up-token-${this.refreshes.length}`, 1_800_000);
		},
	};
}

describe('the token of an integration', () => {
	it('is read once and used while it is valid', async () => {
		const vault = store(1_800_000);
		const tokens = createTokenSource(vault, manualClock());
		expect([await tokens.current(), await tokens.current()]).toEqual(['made-up-token-0', 'made-up-token-0']);
		expect(vault).toMatchObject({ reads: 1, refreshes: [] });
	});

	it('is refreshed before it expires', async () => {
		const vault = store(59_000);
		expect(await createTokenSource(vault, manualClock()).current()).toBe('made-up-token-1');
	});

	it('is refreshed when it expires during a long wait', async () => {
		const vault = store(120_000);
		const clock = manualClock();
		const tokens = createTokenSource(vault, clock);
		expect(await tokens.current()).toBe('made-up-token-0');
		clock.advance(100_000);
		expect(await tokens.current()).toBe('made-up-token-1');
	});

	it('is used until it is rejected if its expiry is unknown', async () => {
		const vault = store(null);
		expect(await createTokenSource(vault, manualClock()).current()).toBe('made-up-token-0');
	});

	it('is kept with all earlier ones, so that none appears in a text', async () => {
		const vault = store(1_800_000);
		const tokens = createTokenSource(vault, manualClock());
		await tokens.refresh('made-up-token-0');
		const seen = ['made-up-token-0', 'made-up-token-1'].flatMap((token) => [token, `refresh-${token}`]);
		expect(tokens.secrets()).toEqual(seen);
	});

	it('is not refreshed again for a call that was rejected with the previous token', async () => {
		const vault = store(1_800_000);
		const tokens = createTokenSource(vault, manualClock());
		await tokens.refresh('made-up-token-0');
		expect(await tokens.refresh('made-up-token-0')).toBe('made-up-token-1');
		expect(vault.refreshes).toHaveLength(1);
	});

	it('is requested again after a failed refresh', async () => {
		const vault = store(0);
		const refresh = vault.refresh.bind(vault);
		vault.refresh = async () => await Promise.reject(new Error('made up'));
		const tokens = createTokenSource(vault, manualClock());
		await expect(tokens.current()).rejects.toThrow('made up');
		vault.refresh = refresh;
		expect(await tokens.current()).toBe('made-up-token-1');
	});
});
