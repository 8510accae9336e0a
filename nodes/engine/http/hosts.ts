import { ReadFailure } from '../contract/failure';

export interface HostRules {
	/** The provider's own domains; their subdomains count too. */
	domains: readonly string[];
	/** Further hosts that the owner of the token key allowed, in lower case, with or without a port. */
	allowedHosts: readonly string[];
}

/**
 * Ensures that a secret may be sent to an address: it must use https (except on this machine) and belong to the
 * provider or to a host that the owner of the token key allowed.
 * @param field the credential field that holds the address, for the message
 * @throws ReadFailure `configuration`
 */
export function assertAllowedHost(address: string, rules: HostRules, field: string): void {
	const url = assertSafeAddress(address, field);
	if (rules.domains.some((domain) => isWithin(url.hostname, domain))) return;
	if (rules.allowedHosts.some((host) => host === url.hostname || host === url.host)) return;
	throw configuration(
		`${field} points to ${url.host}, but stored tokens are only sent to the provider's own domains.`,
		`If you trust that host, add "${url.host}" to Allowed Hosts in the Zixly Token Key credential; otherwise correct ${field}.`,
	);
}

/**
 * Parses a link from a reply. It must lead to the API's own host or to the provider's domains.
 * @throws ReadFailure `bad_request`
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
		`A reply links to ${url.host}, which is not one of the provider's hosts, so the link was not followed.`,
		'Report this message.',
	);
}

/**
 * Parses an address. It must be http(s), without a password, and encrypted unless it is on this machine.
 * @throws ReadFailure `configuration`
 */
export function assertSafeAddress(address: string, field: string): URL {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	if (!url || url.username || url.password || !/^https?:$/.test(url.protocol)) {
		throw configuration(`${field} is not a plain web address.`, 'Enter one like https://api.example.com.');
	}
	if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
		throw configuration(`${field} begins with http:, but tokens must be sent encrypted.`, 'Use https.');
	}
	return url;
}

const isWithin = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`);

const isLoopback = (host: string): boolean =>
	host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);

const configuration = (summary: string, hint: string): ReadFailure =>
	new ReadFailure('configuration', summary, hint);
