import { ExplainedError } from '../../../db/postgres/explained-error';
import type { AccountEntry } from '../../../db/integrations/accounts';
import { parseAccountId } from '../../engine/read/account-list';
import type { ProviderDefinition } from '../../engine/contract/provider';
import { getProvider } from '../../providers/registry';

const MAX_CHOSEN = 1_000;

/**
 * Parses account ids that a person entered.
 * @throws Error if one of them is not an id of the provider
 */
export function accountsNamed(provider: string, ids: readonly unknown[]): AccountEntry[] {
	const definition = getProvider(provider);
	if (ids.length > MAX_CHOSEN)
		throw new ExplainedError(`${ids.length} accounts were named.`, `Choose at most ${MAX_CHOSEN} at once.`);
	const known = ids.map((id) => parseAccountId(definition.accounts, id) ?? fail(definition, id));
	return [...new Set(known)].map((id) => ({ id, name: null }));
}

/** Splits a text of ids separated by commas, semicolons or spaces. */
export const parseIds = (text: string): string[] =>
	text
		.split(/[\s,;]+/)
		.map((id) => id.trim())
		.filter(Boolean);

function fail({ displayName, accountWord, accounts }: ProviderDefinition, id: unknown): never {
	const shown = typeof id === 'string' ? `"${id.slice(0, 60)}"` : 'A value that is not text';
	throw new ExplainedError(
		`${shown} is not the ID of a ${displayName} ${accountWord}.`,
		`An ID looks like ${accounts.id.example}; Connection: Get Accounts lists them.`,
	);
}
