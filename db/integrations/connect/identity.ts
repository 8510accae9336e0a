import type { PoolClient } from 'pg';

import { listRead, releaseAccounts, takeAccounts, type AccountEntry, type AccountOwner } from '../accounts';
import { listChoosable, type ReachedAccount } from './consents';
import { NotConfirmed } from './not-confirmed';

/** A choice among the accounts of a consent. */
export interface AccountsOfConsent {
	owner: AccountOwner;
	reached: readonly ReachedAccount[];
	/** Others than those that may be chosen are ignored. */
	accountIds: readonly string[];
	/** Whether accounts that the connection reads may be given up for others. */
	replacesAccount: boolean;
}

/**
 * Has a connection read the chosen accounts, within a transaction of its tenant. It has to stay the same connection: the
 * consent must reach every account that is read now, unless the operator allowed that others replace them.
 * @returns whether accounts were given up
 * @throws NotConfirmed
 */
export async function applyChoice(
	client: PoolClient,
	{ owner, reached, accountIds, replacesAccount }: AccountsOfConsent,
): Promise<boolean> {
	const wanted = new Set(accountIds);
	const known = await listRead(client, owner);
	const chosen = listChoosable(reached, known).filter(({ id }) => wanted.has(id));
	if (chosen.length === 0 && (replacesAccount || known.length === 0))
		throw new NotConfirmed('nothing_chosen');
	const staying = new Set((replacesAccount ? chosen : reached).map(({ id }) => id));
	const missing = known.filter(({ id }) => !staying.has(id));
	if (missing.length > 0 && !replacesAccount) throw new NotConfirmed('other_account', missing);
	if (missing.length > 0) await releaseAccounts(client, owner, listIds(missing));
	const taken = new Set(await takeAccounts(client, owner, chosen));
	if (taken.size > 0)
		throw new NotConfirmed('account_taken', reached.filter(({ id }) => taken.has(id)).map(toEntry));
	return missing.length > 0;
}

const toEntry = ({ id, name }: AccountEntry): AccountEntry => ({ id, name });

const listIds = (accounts: readonly AccountEntry[]): string[] => accounts.map(({ id }) => id);
