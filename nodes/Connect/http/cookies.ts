import type { ConnectAddress } from './address';

/** Longer than any header of a browser; a longer one is not read. */
const MAX_COOKIE_HEADER = 16_384;

/** As long as the longest link: a reconnection within a week uses the same secret. */
const MAX_AGE_SECONDS = 7 * 24 * 60 * 60;

const NAMES = { browser: 'zixly-connect', returnTo: 'zixly-return' } as const;

export type CookieName = keyof typeof NAMES;

/** The value of one of our cookies; undefined if the browser sent none, or more than one of that name. */
export function readCookie(
	header: string | undefined,
	name: CookieName,
	address: ConnectAddress,
): string | undefined {
	if (!header || header.length > MAX_COOKIE_HEADER) return undefined;
	const wanted = `${nameCookie(name, address)}=`;
	const found = header
		.split(';')
		.map((pair) => pair.trim())
		.filter((pair) => pair.startsWith(wanted))
		.map((pair) => pair.slice(wanted.length));
	return found.length === 1 ? found[0] : undefined;
}

/** The header that sets one of our cookies. */
export function buildCookie(name: CookieName, value: string, address: ConnectAddress): string {
	// With the prefix, the browser accepts it over https alone, and from no other host of the same domain.
	const place = address.isSecure ? 'Path=/; Secure' : `Path=${address.cookiePath}`;
	return `${nameCookie(name, address)}=${value}; ${place}; HttpOnly; SameSite=Lax; Max-Age=${MAX_AGE_SECONDS}`;
}

const nameCookie = (name: CookieName, { isSecure }: ConnectAddress): string =>
	`${isSecure ? '__Host-' : ''}${NAMES[name]}`;
