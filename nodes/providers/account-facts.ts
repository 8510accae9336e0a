import type { AccountDiscovery, AccountListing } from '../engine/contract/provider';
import { warnOfNameless, type NamedList } from '../engine/read/list-entries';
import { storable } from '../shared/text';

type AccountId = AccountDiscovery['id'];

/** As Xero and MYOB have them. */
export const GUID: AccountId = {
	pattern: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
	example: '0f4b7d9c-1111-4222-8333-444455556666',
};

/** As HubSpot, Pipedrive and Asana have them. */
export const DIGITS: AccountId = { pattern: /^[1-9]\d{0,29}$/, example: '1234567' };

/** A text of a reply, fit to be stored; null where it is none, so that it overwrites nothing. */
export const textOrNull = (value: unknown): string | null =>
	typeof value === 'string' && value.trim() !== '' ? storable(value.trim()) : null;

/** An id that no account has. */
const NO_ID = '';

/**
 * A listing in which some entries had no id. What is chosen is read all the same; but the answer is unclear, so that
 * nothing is read which nobody chose.
 */
export function withNameless(
	listing: AccountListing,
	list: NamedList,
	nameless: readonly unknown[],
): AccountListing {
	if (nameless.length === 0) return listing;
	const warnings = [...listing.warnings];
	warnOfNameless(list, nameless, (text) => void warnings.push(text));
	return { ...listing, accounts: [...listing.accounts, { id: NO_ID, name: null }], warnings };
}
