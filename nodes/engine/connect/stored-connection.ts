import type { Pool } from 'pg';

import type { KeyRing } from '../../../db/vault/key-ring';
import { ReadFailure } from '../contract/failure';
import type { HttpClient } from '../contract/http';
import { systemClock } from '../contract/ports';
import type { Application } from '../contract/provider';
import { assertAllowedHost } from '../http/hosts';
import type { Authorisation } from '../http/tokens';
import type { RunToExtract } from '../read/run';
import {
	buildHostRules,
	chooseApiAddress,
	openOAuthClient,
	readApplication,
	readText,
	type CredentialParts,
} from './provider-credential';
import { authoriseByFixedToken, hasFixedToken } from './fixed-tokens';
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

export interface StoredConnectionParts extends CredentialParts {
	ring: KeyRing;
	pool: Pool;
}

/**
 * Opens the connection for tenants whose tokens are in the vault.
 * @throws ReadFailure `configuration` if the credential lacks a value, or has an address that tokens must not be sent to
 */
export function storedConnection(parts: StoredConnectionParts): Connection {
	const { ring, http, pool, definition, clock = systemClock } = parts;
	// Rejects an address that applies to all runs before the first call.
	resolveBaseUrl(parts, {});
	const application = readApplication(parts.credential);
	// Connections with fixed tokens need no application. An incomplete one is reported before the first call.
	const client = isEmpty(application) ? undefined : openOAuthClient(parts);
	return {
		http,
		application,
		baseUrl: ({ metadata }) => resolveBaseUrl(parts, metadata),
		authorise(run) {
			if (run.metadata.authentication === 'n8n') throw notStored();
			if (hasFixedToken(run)) return authoriseByFixedToken(definition, { pool, ring, clock }, run);
			return {
				by: 'engine',
				tokens: openStoredTokens({ pool, ring, client: client ?? openOAuthClient(parts) }, run),
			};
		},
	};
}

const isEmpty = ({ clientId, clientSecret }: Application): boolean => clientId === '' && clientSecret === '';

/** The API's address for a connection. @throws ReadFailure `configuration` if its token must not be sent there */
export function resolveBaseUrl(parts: CredentialParts, metadata: Readonly<Record<string, unknown>>): string {
	const { definition, credential } = parts;
	const customers = readText(metadata, definition.apiBaseUrlIn?.metadata);
	const baseUrl = chooseApiAddress(definition, credential, customers);
	assertAllowedHost(baseUrl, buildHostRules(parts), 'API Base URL');
	return baseUrl;
}

const notStored = (): ReadFailure =>
	new ReadFailure(
		'configuration',
		'The token of this connection is kept in an n8n credential, but Extract is set to Zixly Vault.',
		'Set Authentication to Credential in n8n in Claim Due and in Extract.',
	);
