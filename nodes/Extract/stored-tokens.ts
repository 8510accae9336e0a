import type { Pool } from 'pg';

import type { KeyRing } from '../../db/key-ring';
import { readToken, refreshToken } from '../../db/tokens';
import type { RunToExtract } from '../engine/extract-run';
import { ReadFailure } from '../engine/failure';
import { exchangeRefreshToken, type OAuthClient } from '../engine/oauth';
import { tokensOf, type TokenSource } from '../engine/tokens';
import { fromDatabase } from './database-failure';

/** The tokens of an integration out of the vault, refreshed under its row's lock. */
export function storedTokensOf(
	pool: Pool,
	ring: KeyRing,
	run: RunToExtract,
	client: OAuthClient,
): TokenSource {
	const { tenantId, integrationId, provider } = run;
	const where = { tenantId, integrationId, provider };
	return tokensOf(
		{
			read: async () => {
				const token = await fromDatabase(async () => await readToken(pool, ring, where));
				if (token.accessToken) return token;
				throw new ReadFailure('reconnect_required', NO_TOKEN);
			},
			refresh: async (stale) =>
				await fromDatabase(async () => {
					const exchange = async (token: string) => await exchangeRefreshToken(client, token);
					return await refreshToken(pool, ring, where, { stale, exchange });
				}),
		},
		client.clock,
	);
}

const NO_TOKEN = 'No token is stored for this connection yet. Connect the tenant first.';
