import type { AccountFacts } from '../../../db/integrations/accounts';
import { accountFrom, type Account } from '../../shared/account';
import type { DiscoveryContext, KnownAccount, ProviderDefinition } from '../contract/provider';
import { checkedFacts } from './account-list';
import { otherAccount } from './failures';

/** What the provider says of the account that the token reaches. @throws ReadFailure if it is another one */
export async function identifyAccount(
	definition: ProviderDefinition,
	discovery: DiscoveryContext,
	reference: KnownAccount,
): Promise<{ account: AccountFacts; warnings: string[] }> {
	const { account, warnings } = await definition.accounts.describe(discovery, reference);
	const facts = checkedFacts(account);
	if (facts.id !== reference.id) throw otherAccount(definition, reference.name);
	return { account: facts, warnings };
}

/** The name in the list of accounts counts too, but not an id that replaces a missing name. */
export function nameAccount(account: AccountFacts, { id, name }: KnownAccount): AccountFacts {
	return { ...account, name: account.name ?? (name === id ? null : name) };
}

/** Takes from the list of accounts what the provider does not say of the account itself. */
export function completeAccount(facts: AccountFacts, { timezone, currency }: KnownAccount): Account {
	return accountFrom({
		...facts,
		timezone: facts.timezone ?? timezone,
		currency: facts.currency ?? currency,
	});
}
