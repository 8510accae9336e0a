import { httpClient } from '../http/client';
import { walkConsentPages, type PersonsChoice } from '../http/consent-pages';
import {
	buildAuthorizeUrl,
	createVerifier,
	listScopes,
	openConnectClient,
	type ConnectClient,
} from '../../../nodes/engine/connect/authorize';
import { readCallback } from '../../../nodes/engine/connect/callback';
import type { ConsentParts } from '../../../nodes/engine/connect/consent-api';
import { exchangeCode, type CodeGrant, type Consent } from '../../../nodes/engine/connect/exchange-code';
import type { ProviderCredential } from '../../../nodes/engine/connect/provider-credential';
import { getProvider } from '../../../nodes/providers/registry';
import { serviceOf, type Sandbox } from '../../sandbox';

export const REDIRECT_URI = 'http://localhost:5678/webhook/zixly-connect/callback';

/** What a provider's credential and the token key give to the connect flow, for the sandbox. */
export function consentParts(
	sandbox: Sandbox,
	provider: string,
	credential: ProviderCredential = {},
): ConsentParts {
	const { endpoints, client } = serviceOf(sandbox, provider);
	return {
		definition: getProvider(provider),
		credential: { ...endpoints, ...client, ...credential },
		allowedHosts: [new URL(sandbox.url).host],
		http: httpClient,
	};
}

/** The redirect back after a person walked the provider's pages. */
export async function giveConsent(
	parts: ConsentParts,
	choice: PersonsChoice,
): Promise<{ client: ConnectClient; query: Record<string, string>; verifier: string | null }> {
	const client = openConnectClient(parts);
	const pair = parts.definition.oauth.pkce ? createVerifier() : null;
	const url = buildAuthorizeUrl(client, {
		...{ redirectUri: REDIRECT_URI, state: 'made-up-state', scopes: listScopes(parts) },
		challenge: pair?.challenge ?? null,
	});
	const back = await walkConsentPages(url, choice);
	return { client, query: Object.fromEntries(back.searchParams), verifier: pair?.verifier ?? null };
}

/** The grant of a redirect, as the callback page makes it. */
export function grantOf(given: Awaited<ReturnType<typeof giveConsent>>): CodeGrant {
	const { code, parameters } = readCallback(given.client, given.query);
	return { code, redirectUri: REDIRECT_URI, verifier: given.verifier, callback: parameters };
}

/** A whole consent, from the address of the provider's page to its tokens. */
export async function obtainConsent(parts: ConsentParts, choice: PersonsChoice): Promise<Consent> {
	const given = await giveConsent(parts, choice);
	return await exchangeCode(given.client, grantOf(given));
}
