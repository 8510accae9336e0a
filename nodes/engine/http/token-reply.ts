import { EXPIRY_MARGIN_MS, type TokenSet } from '../../../db/vault/token-set';
import { parseJson } from './json';

/** Usual lifetimes are minutes to an hour. A longer one than a day is capped, which costs one refresh a day. */
const MAX_LIFETIME_SECONDS = 86_400;
/** What a header can carry; RFC 6749 allows visible ASCII and spaces. */
const ACCESS_TOKEN = /^[\x20-\x7e]{1,65536}$/;
const MAX_SCOPES = 100;
const MAX_CUT = 262_144;
const SCOPE = /^[\x21-\x7e]{1,200}$/;

/**
 * A token endpoint's reply as an object. From JSON that is truncated or nested too deeply the tokens are salvaged;
 * anything else gives an empty object.
 */
export function parseAnswer(body: string): Record<string, unknown> {
	const text = body.replace(/^\ufeff/, '');
	const json = parseJson(text);
	if (json === undefined) return salvage(text.slice(0, MAX_CUT));
	const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
	return isObject ? (json as Record<string, unknown>) : {};
}

/** A complete refresh token must be kept even if the rest is unreadable: the provider has already revoked the old one. */
function salvage(text: string): Record<string, unknown> {
	if (!/^\s*\{/.test(text)) return {};
	const fields = text.matchAll(/"(access_token|refresh_token)"\s*:\s*("(?:[^"\\]|\\.)*")/g);
	return Object.fromEntries([...fields].map(([, name, value]) => [name, parseJson(value!)]));
}

/**
 * The token pair in a token endpoint's reply. `accessToken` is empty if only the refresh token is usable: it is new and
 * must be kept all the same. `refreshToken` is null if the provider does not rotate it.
 * @returns undefined if there is no token at all
 */
export function parseTokens(answer: Readonly<Record<string, unknown>>, now: Date): TokenSet | undefined {
	const accessToken = getAccessToken(answer.access_token);
	const refreshToken = getRefreshToken(answer.refresh_token);
	if (accessToken === '' && refreshToken === null) return undefined;
	const scopes = parseScopes(answer.scope ?? answer.scopes);
	return {
		accessToken,
		refreshToken,
		expiresAt: parseExpiry(answer.expires_in, now),
		...(scopes && { scopes }),
	};
}

const getAccessToken = (value: unknown): string =>
	typeof value === 'string' && ACCESS_TOKEN.test(value) ? value : '';

const getRefreshToken = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value : null;

/** Null ("use it until the provider answers 401") if the lifetime is missing, invalid or shorter than the margin. */
function parseExpiry(value: unknown, now: Date): Date | null {
	const seconds = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
	const isDate = !Number.isNaN(new Date(now.getTime() + seconds * 1_000).getTime());
	if (!isDate || seconds * 1_000 <= EXPIRY_MARGIN_MS) return null;
	return new Date(now.getTime() + Math.min(seconds, MAX_LIFETIME_SECONDS) * 1_000);
}

/** Scopes come as text separated by spaces or commas (RFC 6749, Pipedrive) or as a list (HubSpot). */
function parseScopes(value: unknown): string[] | undefined {
	const words: unknown[] = typeof value === 'string' ? value.split(/[\s,]+/, MAX_SCOPES) : [value].flat();
	const scopes = words.filter((word): word is string => typeof word === 'string' && SCOPE.test(word));
	return scopes.length > 0 ? scopes.slice(0, MAX_SCOPES) : undefined;
}
