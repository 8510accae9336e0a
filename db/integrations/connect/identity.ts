import type { PoolClient } from 'pg';

import { releaseAccounts, takeAccounts, type AccountEntry, type AccountOwner } from '../accounts';
import { readKnown } from './consents';
import { NotConfirmed } from './not-confirmed';

/** A choice among the accounts of a consent. */
export interface AccountsOfConsent {
	owner: AccountOwner;
	offered: readonly AccountEntry[];
	/** Others than those that are offered are ignored. */
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
	{ owner, offered, accountIds, replacesAccount }: AccountsOfConsent,
): Promise<boolean> {
	const wanted = new Set(accountIds);
	const chosen = offered.filter(({ id }) => wanted.has(id));
	const known = await readKnown(client, owner);
	if (chosen.length === 0 && (replacesAccount || known.length === 0))
		throw new NotConfirmed('nothing_chosen');
	const staying = new Set((replacesAccount ? chosen : offered).map(({ id }) => id));
	const missing = known.filter(({ id }) => !staying.has(id));
	if (missing.length > 0 && !replacesAccount) throw new NotConfirmed('other_account', missing);
	if (missing.length > 0) await releaseAccounts(client, owner, listIds(missing));
	const taken = new Set(await takeAccounts(client, owner, chosen));
	if (taken.size > 0)
		throw new NotConfirmed(
			'account_taken',
			chosen.filter(({ id }) => taken.has(id)),
		);
	return missing.length > 0;
}

const listIds = (accounts: readonly AccountEntry[]): string[] => accounts.map(({ id }) => id);
