import type { AccountEntry, AccountFacts } from '../../../db/integrations/accounts';
import { isTimeZone } from '../../shared/dates';
import { excerpt } from '../../shared/text';
import type { AccountDiscovery, AccountListing } from '../contract/provider';

/** More than any known consent covers; anyone with more must choose the accounts. */
export const MAX_ACCOUNTS_OF_CONSENT = 1_000;
const MAX_NAME_LENGTH = 300;

/** What the provider says about a token's accounts: each once, with valid ids. */
export interface CheckedListing {
	accounts: ReadonlyMap<string, AccountEntry>;
	/** As in `AccountListing`; also null if the reply is unclear. */
	consent: ReadonlySet<string> | null | undefined;
	/** The list contains something that is not an account. */
	unclear: boolean;
}

/** Checks the ids in a provider's list. Entries with an invalid id are left out and make the list unclear. */
export function checkedListing(discovery: AccountDiscovery, listing: AccountListing): CheckedListing {
	const accounts = new Map<string, AccountEntry>();
	let unclear = false;
	for (const { id: given, name } of listing.accounts) {
		const id = parseAccountId(discovery, given);
		if (id === undefined) unclear = true;
		else accounts.set(id, { id, name: knownName(name) ?? accounts.get(id)?.name ?? null });
	}
	const named = listing.consent?.map((id) => parseAccountId(discovery, id) ?? '');
	const isNamed = named && !unclear && named.every((id) => accounts.has(id));
	return {
		accounts,
		unclear,
		consent: named ? (isNamed ? new Set(named) : null) : (listing.consent as null),
	};
}

/** The account id in its stored form; undefined if the text is not an id. */
export function parseAccountId({ id: { pattern } }: AccountDiscovery, text: unknown): string | undefined {
	const id = typeof text === 'string' && text.length <= 64 ? text.trim().toLowerCase() : '';
	return pattern.test(id) ? id : undefined;
}

/** What a provider said about an account, with null for invalid values. */
export function checkedFacts({ id, name, timezone, currency }: AccountFacts): AccountFacts {
	return {
		id: id.toLowerCase(),
		name: knownName(name),
		timezone: timezone !== null && isTimeZone(timezone) ? timezone : null,
		currency: currency !== null && /^[A-Z]{3}$/.test(currency) ? currency : null,
	};
}

function knownName(name: unknown): string | null {
	const text = typeof name === 'string' ? excerpt(name.trim(), MAX_NAME_LENGTH) : '';
	return text === '' ? null : text;
}
