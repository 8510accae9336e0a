import type { INodeCredentialDescription } from 'n8n-workflow';

import { describeProviderCredentials } from '../../adapter/provider-credentials';

/** The operations that ask a provider for its accounts, or end a consent there. */
const ASKING: ReadonlySet<string> = new Set(['disconnect', 'getAccounts', 'update']);

/** The operations that open the vault without asking a provider. */
const KEY_ONLY: ReadonlySet<string> = new Set(['rotateKey']);

/**
 * Lists the credentials of the node. Those for asking a provider are optional: without them only stored accounts are
 * listed.
 * @param operations all operations of the node, as `resource:operation`
 */
export function describeCredentials(operations: readonly string[]): INodeCredentialDescription[] {
	const others = operations.map((name) => name.split(':')[1]!).filter((name) => !ASKING.has(name));
	const withoutKey = others.filter((name) => !KEY_ONLY.has(name));
	return [
		{ name: 'zixlyPostgresApi', required: true, testedBy: 'postgresConnection' },
		...describeProviderCredentials(
			false,
			{ operation: [...new Set(withoutKey)] },
			{ operation: [...new Set(others)] },
		),
	];
}
