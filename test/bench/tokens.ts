/**
 * `npm run bench -- tokens [refreshes]`: how long a refreshed pair is in the process alone, from the token endpoint's
 * reply to the answer to our commit. Whoever kills the process in between loses the connection, where the provider takes
 * each refresh token once. The server flushes every commit to its disk.
 */
import type { Pool } from 'pg';

import { closePools, getPool } from '../../db/postgres/pool';
import { generateKey, keyRing } from '../../db/vault/key-ring';
import { refreshTokens } from '../../db/vault/refresh';
import { storeTokens } from '../../db/vault/token-store';
import { exchangeRefreshToken } from '../../nodes/engine/http/oauth';
import type { OAuthClient } from '../../nodes/engine/http/oauth-request';
import { newConnection } from '../support/database/connected';
import { createTemplate, loginSettings, WORKER } from '../support/database/template';
import { manualClock } from '../support/engine/manual-clock';
import { startPostgres } from '../support/database/postgres';
import { isRefusal } from '../support/http/token-server';
import { middleOf } from './results';

async function main([refreshes = '500']: string[]): Promise<void> {
	const server = await startPostgres({
		settings: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' },
	});
	try {
		const source = await createTemplate(server.adminUrl);
		const windows = await measureAll(
			getPool(loginSettings(source, WORKER, source.template)),
			Number(refreshes),
		);
		console.log(reportOf(windows));
	} finally {
		await closePools();
		await server.stop();
	}
}

async function measureAll(pool: Pool, refreshes: number): Promise<number[]> {
	const { id, key } = generateKey();
	const ring = keyRing({ activeKeyId: id, activeKey: key });
	const owner = await newConnection(pool, 'Bench', 'myob');
	const endpoint = new TokenEndpoint();
	const exchange = async (token: string): ReturnType<typeof exchangeRefreshToken> =>
		await exchangeRefreshToken(endpoint.client, token);
	const windows: number[] = [];
	for (let done = 0; done < refreshes; done++) {
		await storeTokens(pool, ring, owner, {
			accessToken: longToken('access', done),
			refreshToken: longToken('refresh', done),
			expiresAt: new Date(0),
		});
		await refreshTokens(pool, ring, owner, { stale: null, exchange, isRefusal });
		windows.push(performance.now() - endpoint.answeredAt);
	}
	return windows;
}

/** Gives a new pair for whatever it is asked with, at once. */
class TokenEndpoint {
	answeredAt = 0;
	readonly client: OAuthClient = {
		...{ provider: 'MYOB', accessTokenUrl: 'https://secure.example/token', clientAuthentication: 'body' },
		...{ clientId: 'made-up-client', clientSecret: 'made-up-secret', clock: manualClock() },
		http: async () => {
			const body = JSON.stringify({
				access_token: longToken('new-access', this.answeredAt),
				refresh_token: longToken('new-refresh', this.answeredAt),
				expires_in: 1_200,
			});
			this.answeredAt = performance.now();
			return await Promise.resolve({ status: 200, headers: {}, body });
		},
	};
}

/** As long as the tokens of Xero and MYOB are. */
const longToken = (name: string, of: number): string => `made-up-${name}-${of}`.padEnd(1_200, '-x');

function reportOf(windows: number[]): string {
	const sorted = [...windows].sort((a, b) => a - b);
	const shown = (milliseconds: number | undefined): string => `${(milliseconds ?? NaN).toFixed(1)} ms`;
	const slow = sorted[Math.ceil(sorted.length * 0.95) - 1];
	return (
		`tokens: from the reply to the commit, median ${shown(middleOf(windows))}, ` +
		`95 % within ${shown(slow)}, at most ${shown(sorted.at(-1))} (${windows.length} refreshes)`
	);
}

void main(process.argv.slice(2));
