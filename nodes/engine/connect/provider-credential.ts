import { isObject } from '../../shared/shape';
import { ReadFailure } from '../contract/failure';
import type { HttpClient } from '../contract/http';
import { systemClock, type Clock } from '../contract/ports';
import type { Application, ProviderDefinition } from '../contract/provider';
import { assertAllowedHost, type HostRules } from '../http/hosts';
import type { OAuthClient } from '../http/oauth-request';

/** The fields of a provider's credential that are used here. */
export interface ProviderCredential {
	clientId?: unknown;
	clientSecret?: unknown;
	authUrl?: unknown;
	accessTokenUrl?: unknown;
	apiBaseUrl?: unknown;
	/** Separated by spaces. */
	scope?: unknown;
	/** Further parameters of the consent page, as a query string. */
	authQueryParameters?: unknown;
	/** What n8n's OAuth dialog obtained. */
	oauthTokenData?: unknown;
}

/** A provider's credential, and what may be done with it. */
export interface CredentialParts {
	definition: ProviderDefinition;
	credential: ProviderCredential;
	/** Hosts besides the provider's own that tokens may be sent to. */
	allowedHosts: readonly string[];
	http: HttpClient;
	clock?: Clock;
}

/** Where secrets of the provider may be sent. */
export function buildHostRules(parts: Pick<CredentialParts, 'definition' | 'allowedHosts'>): HostRules {
	return { domains: parts.definition.domains, allowedHosts: parts.allowedHosts };
}

/**
 * The application at the provider's token endpoint.
 * @throws ReadFailure `configuration` if the credential lacks a value, or has an address that secrets must not be sent to
 */
export function openOAuthClient(parts: CredentialParts): OAuthClient {
	const { definition, credential, http, clock = systemClock } = parts;
	const { displayName: provider, oauth } = definition;
	const accessTokenUrl = readAddress(credential.accessTokenUrl, oauth.accessTokenUrl);
	assertAllowedHost(accessTokenUrl, buildHostRules(parts), 'Access Token URL');
	return {
		...{ provider, accessTokenUrl, http, clock },
		clientId: filled(credential.clientId, 'Client ID', provider),
		clientSecret: filled(credential.clientSecret, 'Client Secret', provider),
		clientAuthentication: oauth.clientAuthentication,
	};
}

export const readApplication = ({ clientId, clientSecret }: ProviderCredential): Application => ({
	clientId: String(clientId ?? '').trim(),
	clientSecret: String(clientSecret ?? '').trim(),
});

/** What n8n's OAuth dialog obtained; empty if the dialog was never completed. */
export function readTokenData({ oauthTokenData }: ProviderCredential): Readonly<Record<string, unknown>> {
	return isObject(oauthTokenData) ? oauthTokenData : {};
}

/**
 * The API's address: one that a person entered takes precedence over the customer's, and that one over the provider's.
 * @throws ReadFailure `configuration` if the customer's is not one of the provider's
 */
export function chooseApiAddress(
	{ apiBaseUrl, domains }: ProviderDefinition,
	credential: ProviderCredential,
	customers: string | undefined,
): string {
	const entered = readAddress(credential.apiBaseUrl, apiBaseUrl);
	if (entered !== apiBaseUrl || customers === undefined) return entered;
	assertAllowedHost(
		customers,
		{ domains, allowedHosts: [] },
		'The address that the provider gave for the API',
	);
	return customers;
}

/** A text among values from outside; undefined if it is missing or empty. */
export function readText(
	values: Readonly<Record<string, unknown>>,
	name: string | undefined,
): string | undefined {
	const value = name === undefined ? undefined : values[name];
	return typeof value === 'string' && value !== '' ? value : undefined;
}

export function readAddress(value: unknown, preset: string): string {
	return String(value ?? '').trim() || preset;
}

function filled(value: unknown, field: string, provider: string): string {
	const text = String(value ?? '').trim();
	if (text) return text;
	throw new ReadFailure(
		'configuration',
		`${field} of the Zixly ${provider} credential is empty.`,
		`Enter the value from ${provider}'s developer portal.`,
	);
}
