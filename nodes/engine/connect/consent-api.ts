import type { TokenSet } from '../../../db/vault/token-set';
import type { ApiContext } from '../http/api-context';
import type { TokenSource } from '../http/tokens';
import { exchangeRefreshToken } from '../http/oauth';
import { RateLimiters } from '../limits/rate-limiter';
import { buildDiscovery } from '../read/discovery';
import type { DiscoveryContext } from '../contract/provider';
import { systemClock, type Log } from '../contract/ports';
import { openOAuthClient, type CredentialParts } from './provider-credential';
import { resolveBaseUrl } from './stored-connection';

/** What asking a provider about a consent needs. */
export interface ConsentParts extends CredentialParts {
	log?: Log;
	/** IANA name; UTC by default. */
	timezone?: string;
	/** Ends the calls. */
	signal?: AbortSignal;
}

/** What the calls need to know of a consent. */
export interface KnownConsent {
	tokens: TokenSet;
	metadata: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MS = 15_000;
const rateLimiters = new RateLimiters(systemClock);
const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Opens the API with the tokens of a consent, which need not be stored. */
export function openConsentApi(parts: ConsentParts, consent: KnownConsent): DiscoveryContext {
	const { definition, http, clock = systemClock, log = silent, signal } = parts;
	const context: ApiContext & { timezone: string } = {
		...{ definition, http, clock, log, signal, rateLimiters },
		application: openOAuthClient(parts),
		baseUrl: resolveBaseUrl(parts, consent.metadata),
		authorisation: { by: 'engine', tokens: createConsentTokens(parts, consent.tokens) },
		dayShare: 1,
		timeoutMs: TIMEOUT_MS,
		timezone: parts.timezone ?? 'UTC',
		keepLease: async () => await Promise.resolve(),
	};
	return buildDiscovery({ metadata: { ...consent.metadata }, accounts: [] }, context);
}

/** The tokens as they are; an access token that the provider rejects is replaced, without being stored. */
function createConsentTokens(parts: ConsentParts, { accessToken, refreshToken }: TokenSet): TokenSource {
	const seen = [accessToken, ...(refreshToken === null ? [] : [refreshToken])].filter(Boolean);
	let current = accessToken;
	let renewable = refreshToken;
	const refresh = async (): Promise<string> => {
		if (renewable === null) return current;
		const renewed = await exchangeRefreshToken(openOAuthClient(parts), renewable);
		renewable = renewed.refreshToken ?? renewable;
		current = renewed.accessToken;
		seen.push(current, renewable);
		return current;
	};
	return {
		current: async () => current || (await refresh()),
		refresh: async (stale) => (stale === current ? await refresh() : current),
		secrets: () => seen,
	};
}
