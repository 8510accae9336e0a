import type { Pool } from 'pg';

import type { KeyRing } from '../../../db/vault/key-ring';
import { refreshTokens } from '../../../db/vault/refresh';
import {
	NoAccessTokenError,
	NoRefreshTokenError,
	RefreshDeferredError,
	TokenNotStoredError,
} from '../../../db/vault/token-errors';
import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { readTokens } from '../../../db/vault/token-store';
import { withRetries } from '../../../db/postgres/retries';
import { VaultError } from '../../../db/vault/cipher';
import type { RunToExtract } from '../read/run';
import { ReadFailure } from '../contract/failure';
import { exchangeRefreshToken } from '../http/oauth';
import type { OAuthClient } from '../http/oauth-request';
import { createTokenSource, type TokenSource } from '../http/tokens';
import { throwDatabaseFailure } from './database-failure';

export interface Vault {
	pool: Pool;
	ring: KeyRing;
	/** Exchanges refresh tokens. */
	client: OAuthClient;
}

/** Opens an integration's tokens in the vault. Concurrent readers share one refresh. */
export function openStoredTokens({ pool, ring, client }: Vault, run: RunToExtract): TokenSource {
	const { tenantId, integrationId, provider } = run;
	const where = { tenantId, integrationId, provider };
	const exchange = async (token: string): Promise<TokenSet> => await exchangeRefreshToken(client, token);
	return createTokenSource(
		{
			read: async () => await readStoredTokens(pool, ring, where),
			refresh: async (stale) =>
				await refreshTokens(pool, ring, where, { stale, exchange, isRefusal }).catch(throwMeaning),
		},
		client.clock,
	);
}

/** Opens the stored tokens. @throws ReadFailure if there are none, or they cannot be opened */
export async function readStoredTokens(pool: Pool, ring: KeyRing, owner: TokenOwner): Promise<TokenSet> {
	const { tenantId, integrationId, provider } = owner;
	const where = { tenantId, integrationId, provider };
	return present(await withRetries(async () => await readTokens(pool, ring, where)).catch(throwMeaning));
}

const isRefusal = (error: unknown): boolean =>
	error instanceof ReadFailure && error.failureClass === 'reconnect_required';

function present(tokens: TokenSet): TokenSet {
	if (tokens.accessToken || tokens.refreshToken) return tokens;
	throw new ReadFailure(
		'reconnect_required',
		'No token is stored for this connection.',
		'Connect the tenant first.',
	);
}

function throwMeaning(error: unknown): never {
	if (error instanceof NoRefreshTokenError)
		throw new ReadFailure('reconnect_required', error.summary, error.hint);
	if (error instanceof RefreshDeferredError) {
		throw new ReadFailure('provider_unavailable', error.summary, error.hint, error.retryAt);
	}
	if (error instanceof NoAccessTokenError)
		throw new ReadFailure('provider_unavailable', error.summary, error.hint);
	if (error instanceof TokenNotStoredError)
		throw new ReadFailure('database_unavailable', error.summary, error.hint);
	if (error instanceof VaultError) throw new ReadFailure('configuration', error.summary, error.hint);
	return throwDatabaseFailure(error);
}
