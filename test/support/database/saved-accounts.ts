import type { Pool } from 'pg';

import {
	enterAccounts,
	saveAccountFacts,
	type AccountFacts,
	type AccountOwner,
} from '../../../db/integrations/accounts';

/** Enters accounts with all that is known of them, as a sync does; gives those that another connection has. */
export async function saveAccounts(
	pool: Pool,
	owner: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
	accounts: readonly AccountFacts[],
): Promise<string[]> {
	const { entered, taken } = await enterAccounts(pool, owner, accounts);
	for (const account of accounts) {
		if (entered.includes(account.id)) await saveAccountFacts(pool, owner, account);
	}
	return taken;
}
