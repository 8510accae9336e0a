import { createHash, randomBytes } from 'node:crypto';

import { chooseScopes } from '../contract/scopes';
import type { ProviderDefinition } from '../contract/provider';
import { assertAllowedHost } from '../http/hosts';
import type { OAuthClient } from '../http/oauth-request';
import { buildHostRules, openOAuthClient, readAddress, type CredentialParts } from './provider-credential';

/** The application as consents use it. */
export interface ConnectClient extends OAuthClient {
	definition: ProviderDefinition;
	/** Where a person gives consent. */
	authUrl: string;
	/** Sent there besides the standard parameters. */
	authParameters: Readonly<Record<string, string>>;
	/** Hosts besides the provider's own that secrets may be sent to. */
	allowedHosts: readonly string[];
}

export interface AuthorizeRequest {
	/** Exactly as registered at the provider. */
	redirectUri: string;
	state: string;
	/** Of `createVerifier`, if the provider verifies it (`definition.oauth.pkce`); null otherwise. */
	challenge: string | null;
	/** Of `listScopes`. */
	scopes: readonly string[];
}

/**
 * Opens the application for consents.
 * @throws ReadFailure `configuration` if the credential lacks a value, or has an address of a host that is not allowed
 */
export function openConnectClient(parts: CredentialParts): ConnectClient {
	const { definition, credential, allowedHosts } = parts;
	const authUrl = readAddress(credential.authUrl, definition.oauth.authUrl);
	assertAllowedHost(authUrl, buildHostRules(parts), 'Authorization URL');
	return {
		...openOAuthClient(parts),
		...{ definition, authUrl, allowedHosts },
		authParameters: readAuthParameters(parts),
	};
}

/** The scopes that a consent asks for. @param streams keys of the streams that are read; all by default */
export function listScopes(
	{ definition, credential }: Pick<CredentialParts, 'definition' | 'credential'>,
	streams?: readonly string[],
): string[] {
	const entered = typeof credential.scope === 'string' ? credential.scope : '';
	return chooseScopes(definition, entered.split(/[\s,]+/).filter(Boolean), streams);
}

/** The address of the provider's consent page for one request. */
export function buildAuthorizeUrl(client: ConnectClient, request: AuthorizeRequest): string {
	const { authUrl, clientId, authParameters, definition } = client;
	const { pkce, scopeSeparator = ' ' } = definition.oauth;
	if ((pkce !== undefined) !== (request.challenge !== null))
		throw new Error(`${definition.displayName} ${pkce ? 'needs' : 'takes no'} code challenge`);
	const url = new URL(authUrl);
	const parameters: Record<string, string> = {
		...authParameters,
		response_type: 'code',
		client_id: clientId,
		redirect_uri: request.redirectUri,
		state: request.state,
		...(scopeSeparator !== null && { scope: request.scopes.join(scopeSeparator) }),
		...(request.challenge !== null && { code_challenge: request.challenge, code_challenge_method: 'S256' }),
	};
	for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
	return url.href;
}

/** A PKCE verifier with its challenge (RFC 7636, S256). Keep the verifier secret until the code is exchanged. */
export function createVerifier(): { verifier: string; challenge: string } {
	const verifier = randomBytes(48).toString('base64url');
	return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

const MAX_PARAMETERS = 20;

/** An empty field of the credential switches the provider's own parameters off. */
function readAuthParameters({ definition, credential }: CredentialParts): Record<string, string> {
	const { authQueryParameters: entered } = credential;
	if (typeof entered !== 'string') return { ...definition.oauth.authParameters };
	return Object.fromEntries([...new URLSearchParams(entered)].slice(0, MAX_PARAMETERS));
}
