import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type IExecuteFunctions,
} from 'n8n-workflow';
import type { Pool } from 'pg';

import { systemClock } from '../engine/clock';
import type { RunToExtract } from '../engine/extract-run';
import { ReadFailure } from '../engine/failure';
import { assertAllowedHost, assertSafeAddress } from '../engine/hosts';
import type { HttpClient } from '../engine/http';
import type { OAuthClient } from '../engine/oauth';
import type { Authorisation } from '../engine/tokens';
import { authenticatedHttpClientOf, httpClientOf } from '../shared/n8n/http';
import { keyRingFor } from '../shared/n8n/key-ring';
import type { ExtractSettings } from './settings';
import { storedTokensOf } from './stored-tokens';

/** How the provider is reached, and how a run's calls are authorised. */
export interface Connection {
	baseUrl: string;
	http: HttpClient;
	/** @throws ReadFailure where the run does not fit this way of authentication */
	authorise(run: RunToExtract): Authorisation;
}

/** @throws where a credential is missing or points where a token must not go */
export async function connectionOf(
	context: IExecuteFunctions,
	settings: ExtractSettings,
	pool: Pool,
	signal: AbortSignal | undefined,
): Promise<Connection> {
	const fields = await context.getCredentials(settings.definition.credential);
	return settings.authentication === 'n8nCredential'
		? credentialConnection(context, settings, fields)
		: await storedConnection(context, settings, fields, pool, signal);
}

function credentialConnection(
	context: IExecuteFunctions,
	{ definition }: ExtractSettings,
	fields: ICredentialDataDecryptedObject,
): Connection {
	const baseUrl = addressIn(fields.apiBaseUrl, definition.apiBaseUrl);
	assertSafeAddress(baseUrl, 'API Base URL');
	const token = fields.oauthTokenData as { access_token?: string } | undefined;
	if (!token) {
		throw new NodeOperationError(
			context.getNode(),
			`The Zixly ${definition.displayName} credential is not connected`,
			{
				description: 'Open the credential, press the button that connects it, and sign in.',
			},
		);
	}
	const http = reconnectable(
		authenticatedHttpClientOf(context, definition.credential),
		definition.displayName,
	);
	return {
		baseUrl,
		http,
		authorise({ metadata }) {
			if (metadata.authentication === 'n8n') return { by: 'client', accessToken: token.access_token };
			throw new ReadFailure('configuration', NOT_BY_CREDENTIAL);
		},
	};
}

async function storedConnection(
	context: IExecuteFunctions,
	{ definition }: ExtractSettings,
	fields: ICredentialDataDecryptedObject,
	pool: Pool,
	signal: AbortSignal | undefined,
): Promise<Connection> {
	const { ring, allowedHosts } = await keyRingFor(context);
	const rules = { domains: definition.domains, allowedHosts };
	const baseUrl = addressIn(fields.apiBaseUrl, definition.apiBaseUrl);
	assertAllowedHost(baseUrl, rules, 'API Base URL');
	const http = httpClientOf(context);
	const client = oauthClientOf(definition, fields, http, signal);
	assertAllowedHost(client.accessTokenUrl, rules, 'Access Token URL');
	return {
		baseUrl,
		http,
		authorise(run) {
			if (run.metadata.authentication === 'n8n') throw new ReadFailure('configuration', NOT_STORED);
			return { by: 'engine', tokens: storedTokensOf(pool, ring, run, client) };
		},
	};
}

function oauthClientOf(
	{ displayName: provider, oauth }: ExtractSettings['definition'],
	fields: ICredentialDataDecryptedObject,
	http: HttpClient,
	signal: AbortSignal | undefined,
): OAuthClient {
	const { clientAuthentication } = oauth;
	const accessTokenUrl = addressIn(fields.accessTokenUrl, oauth.accessTokenUrl);
	const clientId = filled(fields.clientId, `Client ID of the Zixly ${provider} credential`);
	const clientSecret = filled(fields.clientSecret, `Client Secret of the Zixly ${provider} credential`);
	return {
		provider,
		accessTokenUrl,
		clientId,
		clientSecret,
		clientAuthentication,
		http,
		clock: systemClock,
		signal,
	};
}

function filled(value: unknown, field: string): string {
	const text = String(value ?? '').trim();
	if (text) return text;
	throw new ReadFailure(
		'configuration',
		`${field} is empty. Enter the value from the provider's developer portal.`,
	);
}

function addressIn(value: unknown, preset: string): string {
	return String(value ?? '').trim() || preset;
}

/** n8n says in words of its own that it could not refresh a token; here it is the class that every node knows. */
function reconnectable(http: HttpClient, provider: string): HttpClient {
	const throwMeaning = (error: { failure?: { cause?: string } }): never => {
		if (error.failure?.cause !== 'credential-invalid') throw error;
		const message = `${provider} no longer accepts the connection of the n8n credential. Open the Zixly ${provider} credential and connect it again.`;
		throw new ReadFailure('reconnect_required', message);
	};
	return async (request) => await http(request).catch(throwMeaning);
}

const NOT_BY_CREDENTIAL =
	'The token of this connection lies in the vault, and Extract is set to an n8n credential. ' +
	'Set Authentication to Stored Integration, or choose a connection that was made for an n8n credential.';

const NOT_STORED =
	'The token of this connection is kept by an n8n credential, and Extract is set to stored integrations. ' +
	'Set Authentication to n8n Credential in Claim Due and in Extract.';
