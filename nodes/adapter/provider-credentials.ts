import type { INodeCredentialDescription } from 'n8n-workflow';

import { providers } from '../providers/registry';

/** Values of fields for which a credential is hidden. */
type Hide = NonNullable<NonNullable<INodeCredentialDescription['displayOptions']>['hide']>;

/**
 * Lists the token key and one credential per provider.
 * @param tokenKeyHide when the token key is hidden
 * @param providerHide when all providers' credentials are hidden; each is hidden for other providers too
 */
export function describeProviderCredentials(
	required: boolean,
	tokenKeyHide: Hide,
	providerHide: Hide = {},
): INodeCredentialDescription[] {
	// `hide` instead of `show`: the editor removes a field from the panel that a credential's `show` names.
	return [
		{
			name: 'zixlyTokenKeyApi',
			displayName: 'Zixly Token Key',
			required,
			testedBy: 'tokenKeyRing',
			displayOptions: { hide: tokenKeyHide },
		},
		...Object.values(providers).map(({ key, displayName, credential }) => ({
			name: credential,
			displayName: `Zixly ${displayName}`,
			required,
			displayOptions: { hide: { ...providerHide, provider: listOtherProviders(key) } },
		})),
	];
}

const listOtherProviders = (key: string): string[] => Object.keys(providers).filter((other) => other !== key);
