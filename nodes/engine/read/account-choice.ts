import type { AccountChoice, AccountEntry, EnteredAccount } from '../../../db/integrations/accounts';
import { MAX_ACCOUNTS_OF_CONSENT, type CheckedListing } from './account-list';

/** Why nothing may be read until someone chooses accounts. */
export type Unchosen = 'several' | 'unclear' | 'others' | 'tooMany';

/**
 * The accounts that a sync adds to a connection. The rule: only chosen accounts are read. A connection that never had
 * an account gets the only one behind its token; one that was disconnected gets back the accounts it read before. With
 * `metadata.accounts` set to `consent` it gets the accounts that the provider attributes to this consent.
 */
export function accountsToEnter(
	{ metadata, accounts: own }: AccountChoice,
	listing: CheckedListing,
): AccountEntry[] | Unchosen {
	const live = own.filter(({ released }) => !released);
	if (metadata.accounts === 'consent') return ofConsent(own, listing, live.length > 0);
	if (live.length > 0) return [];
	return own.length > 0 ? comingBack(own, listing) : theOnlyOne(listing);
}

function ofConsent(
	own: readonly EnteredAccount[],
	{ accounts, consent }: CheckedListing,
	hasSome: boolean,
): AccountEntry[] | Unchosen {
	if (!consent) return hasSome ? [] : 'unclear';
	if (consent.size > MAX_ACCOUNTS_OF_CONSENT) return hasSome ? [] : 'tooMany';
	// An account that a person released stays released: it is switched off as well.
	const settled = new Set(own.filter(({ released, enabled }) => !released || !enabled).map(({ id }) => id));
	const added = [...consent].filter((id) => !settled.has(id)).map((id) => accounts.get(id)!);
	return added.length > 0 || hasSome ? added : 'others';
}

function comingBack(own: readonly EnteredAccount[], { accounts }: CheckedListing): AccountEntry[] | Unchosen {
	const back = own.filter(({ id, enabled }) => enabled && accounts.has(id));
	return back.length > 0 ? back.map(({ id }) => accounts.get(id)!) : 'others';
}

function theOnlyOne({ accounts, consent, unclear }: CheckedListing): AccountEntry[] | Unchosen {
	if (unclear || consent === null) return 'unclear';
	const candidates = consent ? [...consent] : [...accounts.keys()];
	if (candidates.length > 1) return 'several';
	return candidates.length === 1 ? [accounts.get(candidates[0]!)!] : 'unclear';
}
