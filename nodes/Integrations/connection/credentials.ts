import type { INodeCredentialDescription } from 'n8n-workflow';

import { providers } from '../../providers/registry';

/** The operations that ask a provider which accounts there are. */
const ASKING: ReadonlySet<string> = new Set(['getAccounts', 'update']);

/**
 * What asking a provider needs: its credential, and the key where the token lies in the vault. They may be left out:
 * then only what is stored is known.
 */
function askingCredentials(operations: readonly string[]): INodeCredentialDescription[] {
	const others = operations.map((name) => name.split(':')[1]!).filter((name) => !ASKING.has(name));
	// By `hide`: the editor takes a field that a credential is shown for out of the panel.
	const hide = { operation: [...new Set(others)] };
	return [
		{
			name: 'zixlyTokenKeyApi',
			displayName: 'Zixly Token Key',
			required: false,
			testedBy: 'tokenKeyRing',
			displayOptions: { hide },
		},
		...Object.values(providers).map(({ key, displayName, credential }) => ({
			name: credential,
			displayName: `Zixly ${displayName}`,
			required: false,
			displayOptions: {
				hide: { ...hide, provider: Object.keys(providers).filter((other) => other !== key) },
			},
		})),
	];
}

/**
 * The credentials of the node.
 * @param operations all of the node, as `resource:operation`
 */
export function describeCredentials(operations: readonly string[]): INodeCredentialDescription[] {
	return [
		{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' },
		...askingCredentials(operations),
	];
}
