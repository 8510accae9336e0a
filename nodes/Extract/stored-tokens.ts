import type { Pool } from 'pg';

import type { KeyRing } from '../../db/key-ring';
import { NoRefreshTokenError, readToken, refreshToken } from '../../db/tokens';
import { withRetries } from '../../db/transaction';
import { VaultError } from '../../db/vault';
import type { RunToExtract } from '../engine/run';
import { ReadFailure } from '../engine/failure';
import { exchangeRefreshToken, type OAuthClient } from '../engine/oauth';
import { tokensOf, type StoredToken, type TokenSource } from '../engine/tokens';
import { throwDatabaseFailure } from './database-failure';

/** The tokens of an integration out of the vault, refreshed under its row's lock. */
export function storedTokensOf(
	pool: Pool,
	ring: KeyRing,
	run: RunToExtract,
	client: OAuthClient,
): TokenSource {
	const { tenantId, integrationId, provider } = run;
	const where = { tenantId, integrationId, provider };
	const exchange = async (token: string) => await exchangeRefreshToken(client, token);
	return tokensOf(
		{
			read: async () =>
				present(await withRetries(async () => await readToken(pool, ring, where)).catch(throwMeaning)),
			refresh: async (stale) =>
				await refreshToken(pool, ring, where, { stale, exchange }).catch(throwMeaning),
		},
		client.clock,
	);
}

function present(token: StoredToken): StoredToken {
	if (token.accessToken) return token;
	throw new ReadFailure(
		'reconnect_required',
		'No token is stored for this connection yet. Connect the tenant first.',
	);
}

function throwMeaning(error: unknown): never {
	if (error instanceof NoRefreshTokenError) throw new ReadFailure('reconnect_required', error.message);
	if (error instanceof VaultError) throw new ReadFailure('configuration', error.message);
	return throwDatabaseFailure(error);
}
