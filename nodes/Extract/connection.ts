import type { Pool } from 'pg';

import type { KeyRing } from '../../db/vault/key-ring';
import { systemClock } from '../engine/contract/ports';
import type { Application, ProviderDefinition } from '../engine/contract/provider';
import type { RunToExtract } from '../engine/read/run';
import { ReadFailure } from '../engine/contract/failure';
import { assertAllowedHost, assertSafeAddress } from '../engine/http/hosts';
import type { HttpClient } from '../engine/contract/http';
import type { OAuthClient } from '../engine/http/oauth';
import type { Authorisation } from '../engine/http/tokens';
import { isObject } from '../shared/shape';
import { explainCredentialError, notConnected, type NamedCredential } from './credential-failure';
import { openStoredTokens } from './stored-tokens';

/** How to reach the provider and authorise a run's calls. */
export interface Connection {
	http: HttpClient;
	application: Application;
	/** Base URL of the run's API. @throws ReadFailure if a token must not be sent there */
	baseUrl(run: RunToExtract): string;
	/** @throws ReadFailure if the run uses another way of authentication */
	authorise(run: RunToExtract): Authorisation;
}

/** The fields of a provider's credential that are used here. */
export interface ProviderCredential {
	clientId?: unknown;
	clientSecret?: unknown;
	accessTokenUrl?: unknown;
	apiBaseUrl?: unknown;
	/** What n8n's OAuth dialog obtained. */
	oauthTokenData?: unknown;
}

export interface StoredConnectionParts {
	definition: ProviderDefinition;
	credential: ProviderCredential;
	ring: KeyRing;
	/** Hosts besides the provider's own that tokens may be sent to. */
	allowedHosts: readonly string[];
	http: HttpClient;
	pool: Pool;
}

/**
 * Opens the connection for tenants whose tokens are in the vault.
 * @throws ReadFailure `configuration` if the credential lacks a value, or has an address that tokens must not be sent to
 */
export function storedConnection(parts: StoredConnectionParts): Connection {
	const { definition, credential, ring, allowedHosts, http, pool } = parts;
	const rules = { domains: definition.domains, allowedHosts };
	const resolveBaseUrl = (address: string | undefined): string => {
		const baseUrl = apiAddress(definition, credential, address);
		assertAllowedHost(baseUrl, rules, 'API Base URL');
		return baseUrl;
	};
	// Rejects an address that applies to all runs before the first call.
	resolveBaseUrl(undefined);
	const client = buildOAuthClient(parts);
	assertAllowedHost(client.accessTokenUrl, rules, 'Access Token URL');
	return {
		http,
		application: client,
		baseUrl: ({ metadata }) => resolveBaseUrl(readText(metadata, definition.apiBaseUrlIn?.metadata)),
		authorise(run) {
			if (run.metadata.authentication === 'n8n') throw notStored();
			return { by: 'engine', tokens: openStoredTokens({ pool, ring, client }, run) };
		},
	};
}

export interface CredentialConnectionParts {
	definition: ProviderDefinition;
	credential: ProviderCredential;
	/** The credential's name in n8n. */
	name: string;
	/** Adds the token to the calls. */
	http: HttpClient;
	/** Reads the credential again, since n8n may have stored a refreshed token there. */
	latest: () => Promise<ProviderCredential>;
}

/** Opens the connection whose token n8n obtained and keeps. */
export function credentialConnection(parts: CredentialConnectionParts): Connection {
	const { definition, credential, http, latest } = parts;
	const named = { provider: definition.displayName, name: parts.name };
	const token = readTokenData(credential);
	const baseUrl = apiAddress(definition, credential, readText(token, definition.apiBaseUrlIn?.token));
	assertSafeAddress(baseUrl, 'API Base URL');
	return {
		baseUrl: () => baseUrl,
		http: explainingCredentialErrors(http, named),
		application: readApplication(credential),
		authorise({ metadata }) {
			if (metadata.authentication !== 'n8n') throw notByCredential();
			if (readText(token, 'access_token') === undefined) throw notConnected(named);
			return {
				by: 'client',
				accessToken: async () => readText(readTokenData(await latest()), 'access_token'),
			};
		},
	};
}

/** What n8n's OAuth dialog obtained; empty if the dialog was never completed. */
function readTokenData({ oauthTokenData }: ProviderCredential): Readonly<Record<string, unknown>> {
	return isObject(oauthTokenData) ? oauthTokenData : {};
}

function buildOAuthClient({ definition, credential, http }: StoredConnectionParts): OAuthClient {
	const { displayName: provider, oauth } = definition;
	return {
		provider,
		accessTokenUrl: readAddress(credential.accessTokenUrl, oauth.accessTokenUrl),
		clientId: filled(credential.clientId, 'Client ID', provider),
		clientSecret: filled(credential.clientSecret, 'Client Secret', provider),
		clientAuthentication: oauth.clientAuthentication,
		http,
		clock: systemClock,
	};
}

const readApplication = ({ clientId, clientSecret }: ProviderCredential): Application => ({
	clientId: String(clientId ?? '').trim(),
	clientSecret: String(clientSecret ?? '').trim(),
});

/** An address that a person entered takes precedence over the customer's, and that one over the provider's. */
function apiAddress(
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

function readText(values: Readonly<Record<string, unknown>>, name: string | undefined): string | undefined {
	const value = name === undefined ? undefined : values[name];
	return typeof value === 'string' && value !== '' ? value : undefined;
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

function readAddress(value: unknown, preset: string): string {
	return String(value ?? '').trim() || preset;
}

function explainingCredentialErrors(http: HttpClient, credential: NamedCredential): HttpClient {
	return async (request) =>
		await http(request).catch((error: unknown) => {
			throw explainCredentialError(error, credential) ?? error;
		});
}

const notByCredential = (): ReadFailure =>
	new ReadFailure(
		'configuration',
		'The token of this connection is in the vault, but Extract is set to an n8n credential.',
		'Set Authentication to Zixly Vault, or choose a connection that was made for an n8n credential.',
	);

const notStored = (): ReadFailure =>
	new ReadFailure(
		'configuration',
		'The token of this connection is kept in an n8n credential, but Extract is set to Zixly Vault.',
		'Set Authentication to Credential in n8n in Claim Due and in Extract.',
	);
