import { isFresh, type TokenSet } from '../../../db/vault/token-set';
import type { Clock } from '../contract/ports';

/** Provides the bearer token of an integration. */
export interface TokenSource {
	/** A token that does not expire within the margin. */
	current(): Promise<string>;
	/** A newer token than `stale`, which the provider rejected. */
	refresh(stale: string): Promise<string>;
	/** Every token that this source has seen, to be removed from texts. */
	secrets(): readonly string[];
}

/**
 * Who adds the bearer token to a request: the engine, from the vault, or the HTTP client itself, as with n8n's own
 * OAuth credentials. In that case a 401 means that the client already refreshed the token without success.
 */
export type Authorisation =
	| {
			by: 'engine';
			tokens: TokenSource;
			/** The header that carries the token as it is; by default it is a bearer token. */
			header?: string;
	  }
	| { by: 'client'; accessToken?: () => Promise<string | undefined> };

export interface TokenStore {
	read(): Promise<TokenSet>;
	/**
	 * Exchanges the refresh token, unless that already happened since `stale` was read. Concurrent callers share one
	 * exchange.
	 */
	refresh(stale: string): Promise<TokenSet>;
}

/** Reads the stored token once and refreshes it shortly before it expires. */
export function createTokenSource(store: TokenStore, clock: Clock): TokenSource {
	const seen = new Set<string>();
	let latest: TokenSet | undefined;

	const keep = (tokens: TokenSet): TokenSet => {
		for (const secret of [tokens.accessToken, tokens.refreshToken]) if (secret) seen.add(secret);
		latest = tokens;
		return tokens;
	};
	const getLatest = async (): Promise<TokenSet> => latest ?? keep(await store.read());
	const refresh = async (stale: string): Promise<TokenSet> => keep(await store.refresh(stale));

	return {
		async current() {
			const tokens = await getLatest();
			const isGood = isFresh(tokens, clock.now().getTime());
			return (isGood ? tokens : await refresh(tokens.accessToken)).accessToken;
		},
		async refresh(stale) {
			const tokens = await getLatest();
			return (tokens.accessToken === stale ? await refresh(stale) : tokens).accessToken;
		},
		secrets: () => [...seen],
	};
}
