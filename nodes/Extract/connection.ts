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
import { openStoredTokens } from './stored-tokens';

/** How the provider is reached, and how a run's calls are authorised. */
export interface Connection {
	http: HttpClient;
	application: Application;
	/** Where the API of a run is. @throws ReadFailure where a token must not go there */
	baseUrl(run: RunToExtract): string;
	/** @throws ReadFailure where the run does not fit this way of authentication */
	authorise(run: RunToExtract): Authorisation;
}

/** The fields of a provider's credential that are read here. */
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
	/** Hosts besides the provider's own that a token may go to. */
	allowedHosts: readonly string[];
	http: HttpClient;
	pool: Pool;
}

/**
 * The connection of many tenants, whose tokens lie in the vault.
 * @throws ReadFailure `configuration` where the credential lacks a value or points where a token must not go
 */
export function storedConnection(parts: StoredConnectionParts): Connection {
	const { definition, credential, ring, allowedHosts, http, pool } = parts;
	const rules = { domains: definition.domains, allowedHosts };
	const resolveBaseUrl = (address: string | undefined): string => {
		const baseUrl = apiAddress(definition, credential, address);
		assertAllowedHost(baseUrl, rules, 'API Base URL');
		return baseUrl;
	};
	// Said at once of an address that holds for all.
	resolveBaseUrl(undefined);
	const client = buildOAuthClient(parts);
	assertAllowedHost(client.accessTokenUrl, rules, 'Access Token URL');
	return {
		http,
		application: client,
		baseUrl: ({ metadata }) => resolveBaseUrl(readText(metadata, definition.apiBaseUrlIn?.metadata)),
		authorise(run) {
			if (run.metadata.authentication === 'n8n') throw new ReadFailure('configuration', NOT_STORED);
			return { by: 'engine', tokens: openStoredTokens({ pool, ring, client }, run) };
		},
	};
}

/**
 * The connection whose token n8n's own OAuth dialog obtained and keeps; `http` puts it on the calls.
 * @param latest reads the credential anew: n8n keeps a token there that it has refreshed meanwhile
 */
export function credentialConnection(
	definition: ProviderDefinition,
	credential: ProviderCredential,
	http: HttpClient,
	latest: () => Promise<ProviderCredential>,
): Connection {
	const { displayName: provider } = definition;
	const token = credential.oauthTokenData as Record<string, unknown> | undefined;
	if (!token) throw new ReadFailure('configuration', notConnected(provider));
	const baseUrl = apiAddress(definition, credential, readText(token, definition.apiBaseUrlIn?.token));
	assertSafeAddress(baseUrl, 'API Base URL');
	return {
		baseUrl: () => baseUrl,
		http: reconnectable(http, provider),
		application: readApplication(credential),
		authorise({ metadata }) {
			if (metadata.authentication !== 'n8n') throw new ReadFailure('configuration', NOT_BY_CREDENTIAL);
			const accessToken = async (): Promise<string | undefined> => {
				const { oauthTokenData } = await latest();
				return readText((oauthTokenData ?? {}) as Record<string, unknown>, 'access_token');
			};
			return { by: 'client', accessToken };
		},
	};
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

/** An address that a person entered goes before the customer's own, and that before the provider's. */
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
		`${field} of the Zixly ${provider} credential is empty. Enter the value from ${provider}'s developer portal.`,
	);
}

function readAddress(value: unknown, preset: string): string {
	return String(value ?? '').trim() || preset;
}

/** n8n says in words of its own that it could not refresh a token; here it is the class that every node knows. */
function reconnectable(http: HttpClient, provider: string): HttpClient {
	const throwMeaning = (error: { failure?: { cause?: string } }): never => {
		if (error.failure?.cause !== 'credential-invalid') throw error;
		throw new ReadFailure(
			'reconnect_required',
			`${provider} no longer accepts the connection of the n8n credential. Open the Zixly ${provider} credential and connect it again.`,
		);
	};
	return async (request) => await http(request).catch(throwMeaning);
}

const notConnected = (provider: string): string =>
	`The Zixly ${provider} credential is not connected. Open it, press the button that connects it, and sign in.`;

const NOT_BY_CREDENTIAL =
	'The token of this connection lies in the vault, and Extract is set to an n8n credential. ' +
	'Set Authentication to Stored Integration, or choose a connection that was made for an n8n credential.';

const NOT_STORED =
	'The token of this connection is kept by an n8n credential, and Extract is set to stored integrations. ' +
	'Set Authentication to n8n Credential in Claim Due and in Extract.';
