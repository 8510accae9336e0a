import { ReadFailure } from '../contract/failure';

export interface HostRules {
	/** The provider's own domains; their subdomains count too. */
	domains: readonly string[];
	/** More hosts that the owner of the token key allowed, in lower case, each with its port or without. */
	allowedHosts: readonly string[];
}

/**
 * Refuses an address that a secret must not be sent to: one that is not https (except on this machine), or that
 * belongs neither to the provider nor to a host that the key's owner allowed.
 * @param field the credential's field that holds the address, for the message
 * @throws ReadFailure of class `configuration`
 */
export function assertAllowedHost(address: string, rules: HostRules, field: string): void {
	const url = assertSafeAddress(address, field);
	if (rules.domains.some((domain) => isWithin(url.hostname, domain))) return;
	if (rules.allowedHosts.some((host) => host === url.hostname || host === url.host)) return;
	throw configuration(
		`${field} points to ${url.host}, and a stored token is sent only to the provider's own domains. ` +
			`If you trust that host, add "${url.host}" to Allowed Hosts in the Zixly Token Key credential; else correct ${field}.`,
	);
}

/**
 * A link that a reply gave, where it leads to the API's own host or to the provider's domains.
 * @throws ReadFailure of class `bad_request`
 */
export function assertSameService(link: string, base: URL, domains: readonly string[]): URL {
	const url = new URL(link);
	const isProviders = url.protocol === 'https:' && domains.some((domain) => isWithin(url.hostname, domain));
	if (
		url.origin === base.origin ||
		(isProviders && domains.some((domain) => isWithin(base.hostname, domain)))
	)
		return url;
	throw new ReadFailure(
		'bad_request',
		`A reply leads on to ${url.host}, which is not the provider's, and was not followed. Report it with this text.`,
	);
}

/** Refuses what is no address, has a password in it, or would travel unencrypted beyond this machine. */
export function assertSafeAddress(address: string, field: string): URL {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (!url || url.username || url.password || !/^https?:$/.test(url.protocol)) {
		throw configuration(`${field} is not a plain web address. Enter one like https://api.example.com.`);
	}
	if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
		throw configuration(`${field} begins with http: and a token must travel encrypted. Use https.`);
	}
	return url;
}

const isWithin = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

const isLoopback = (host: string): boolean =>
	host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);

const configuration = (message: string): ReadFailure => new ReadFailure('configuration', message);
