import type { INodeCredentialDescription } from 'n8n-workflow';

import { providers } from '../../providers/registry';

/** The operations that ask a provider for its accounts. */
const ASKING: ReadonlySet<string> = new Set(['getAccounts', 'update']);

/**
 * The credentials needed to ask a provider: its own, and the token key if the token is in the vault. They are
 * optional: without them only stored accounts are listed.
 */
function askingCredentials(operations: readonly string[]): INodeCredentialDescription[] {
	const others = operations.map((name) => name.split(':')[1]!).filter((name) => !ASKING.has(name));
	// `hide` instead of `show`: the editor removes a field from the panel that a credential's `show` names.
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
 * Lists the credentials of the node.
 * @param operations all operations of the node, as `resource:operation`
 */
export function describeCredentials(operations: readonly string[]): INodeCredentialDescription[] {
	return [
		{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' },
		...askingCredentials(operations),
	];
}
