import type { Clock } from './clock';

/** An access token as it is stored; without `expiresAt` it is used until it is refused. */
export interface StoredToken {
	accessToken: string;
	expiresAt: Date | null;
}

/** Gives the bearer token of an integration. */
export interface TokenSource {
	/** A token that is good for a while yet. */
	current(): Promise<string>;
	/** Another token than the one that was refused. */
	refresh(stale: string): Promise<string>;
}

/**
 * Who puts the bearer token on a call: the engine, out of the vault, or the HTTP client itself, as with n8n's own
 * OAuth credentials. Then a 401 means that the client has refreshed it in vain already.
 */
export type Authorisation =
	| { by: 'engine'; tokens: TokenSource }
	| { by: 'client'; accessToken?: () => Promise<string | undefined> };

export interface TokenStore {
	read(): Promise<StoredToken>;
	/** Exchanges the refresh token, unless somebody else has done so since `stale` was read. */
	refresh(stale: string): Promise<StoredToken>;
}

/** A call that begins now should not meet the token's end, nor a clock that is a little ahead of ours. */
const EARLY_MS = 60_000;

/** Reads the stored token once and refreshes it shortly before it expires; calls made meanwhile wait for the same one. */
export function tokensOf(store: TokenStore, clock: Clock): TokenSource {
	let token: Promise<StoredToken> | undefined;

	const replace = (next: Promise<StoredToken>): Promise<StoredToken> => {
		token = next;
		// A failed attempt must not be handed to the next caller.
		next.catch(() => (token = token === next ? undefined : token));
		return next;
	};
	const read = (): Promise<StoredToken> => token ?? replace(store.read());
	const refresh = async (stale: StoredToken, seen: Promise<StoredToken>): Promise<StoredToken> =>
		await (token === seen ? replace(store.refresh(stale.accessToken)) : read());

	return {
		async current() {
			const seen = read();
			const stored = await seen;
			return (expiresSoon(stored, clock) ? await refresh(stored, seen) : stored).accessToken;
		},
		async refresh(stale) {
			const seen = read();
			const stored = await seen;
			return (stored.accessToken === stale ? await refresh(stored, seen) : stored).accessToken;
		},
	};
}

function expiresSoon({ expiresAt }: StoredToken, clock: Clock): boolean {
	return expiresAt !== null && expiresAt.getTime() - clock.now().getTime() < EARLY_MS;
}
