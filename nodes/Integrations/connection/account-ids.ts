import type { AccountEntry } from '../../../db/integrations/accounts';
import { parseAccountId } from '../../engine/read/account-list';
import type { ProviderDefinition } from '../../engine/contract/provider';
import { getProvider } from '../../providers/registry';

const MAX_CHOSEN = 1_000;

/**
 * The accounts that a person named by their ids.
 * @throws Error where one of them is no id of the provider
 */
export function accountsNamed(provider: string, ids: readonly unknown[]): AccountEntry[] {
	const definition = getProvider(provider);
	if (ids.length > MAX_CHOSEN)
		throw new Error(`${ids.length} accounts were named, and ${MAX_CHOSEN} at most can be chosen at once.`);
	const known = ids.map((id) => parseAccountId(definition.accounts, id) ?? fail(definition, id));
	return [...new Set(known)].map((id) => ({ id, name: null }));
}

/** The ids in a text that a person typed, with commas between them. */
export const parseIds = (text: string): string[] =>
	text
		.split(/[\s,;]+/)
		.map((id) => id.trim())
		.filter(Boolean);

function fail({ displayName, accountWord, accounts }: ProviderDefinition, id: unknown): never {
	const shown = typeof id === 'string' ? `"${id.slice(0, 60)}"` : 'A value that is no text';
	throw new Error(
		`${shown} is no ID of a ${displayName} ${accountWord}: it looks like ${accounts.id.example}. Connection: Get Accounts lists them.`,
	);
}
