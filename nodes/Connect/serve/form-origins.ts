import type { ConsentParts } from '../../engine/connect/consent-api';
import { readAddress } from '../../engine/connect/provider-credential';
import type { ProviderDefinition } from '../../engine/contract/provider';

/**
 * Where a form that begins a consent may lead. Providers redirect between hosts of their own before they show their page,
 * and Chromium applies the policy to each of these redirects.
 */
export function listFormOrigins({ domains, oauth }: ProviderDefinition, parts: ConsentParts): string[] {
	const authUrl = readAddress(parts.credential.authUrl, oauth.authUrl);
	const entered = URL.canParse(authUrl) ? [new URL(authUrl).origin] : [];
	return [...new Set([...entered, ...domains.map((domain) => `https://*.${domain}`)])];
}
