import type { AccountDiscovery, AccountListing } from '../engine/contract/provider';
import { warnOfNameless, type NamedList } from '../engine/read/list-entries';
import type { Account } from '../shared/account';
import type { ClientReference } from '../shared/messages';
import { excerpt, storable } from '../shared/text';

type AccountId = AccountDiscovery['id'];

/** Account ids of Xero and MYOB. */
export const GUID: AccountId = {
	pattern: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
	example: '0f4b7d9c-1111-4222-8333-444455556666',
};

/** Account ids of HubSpot, Pipedrive and Asana. */
export const DIGITS: AccountId = { pattern: /^[1-9]\d{0,29}$/, example: '1234567' };

/** A string from a reply, made storable. Null if it is missing or blank, so that it does not overwrite a known value. */
export const textOrNull = (value: unknown): string | null =>
	typeof value === 'string' && value.trim() !== '' ? storable(value.trim()) : null;

/**
 * The client that represents an account. In messages, an account without a known name has its id as the name: then the
 * client keeps the name that is stored.
 */
export function accountClient({ id, name }: Account): ClientReference {
	const known = name.trim();
	return { externalId: id, clientName: known === '' || known === id ? null : name, industry: null };
}

/** Where an account's days or months begin and end. */
type Period = 'days' | 'months';

/** Warns that the time zone that the provider states for an account is none that is known. */
export const unsupportedZone = (name: string, zone: string | null | undefined, period: Period): string =>
	`The time zone of ${excerpt(name)} is not supported (${zone ? excerpt(zone) : 'none'}); its ${period} begin and end in UTC.`;

/** Warns that the time zone set for the connection is none, for a provider that states none itself. */
export const invalidZone = (name: string, zone: string, period: Period): string =>
	`${excerpt(name)} is read in UTC ${period} because "${excerpt(zone)}" is not a time zone. ` +
	'Set the time zone of the connection, for example Australia/Sydney.';

/** Matches no account. */
const NO_ID = '';

/**
 * Records that some entries of a listing had no id. Chosen accounts are still read, but the listing counts as ambiguous:
 * no account is read that nobody chose.
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
