import { ReadFailure } from '../engine/contract/failure';
import type { HttpClient } from '../engine/contract/http';
import type { ProviderDefinition } from '../engine/contract/provider';
import {
	chooseApiAddress,
	readApplication,
	readText,
	readTokenData,
	type ProviderCredential,
} from '../engine/connect/provider-credential';
import type { Connection } from '../engine/connect/stored-connection';
import { assertSafeAddress } from '../engine/http/hosts';
import { explainCredentialError, notConnected, type NamedCredential } from './credential-failure';

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
	const baseUrl = chooseApiAddress(definition, credential, readText(token, definition.apiBaseUrlIn?.token));
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
