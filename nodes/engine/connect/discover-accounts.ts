import type { AccountEntry } from '../../../db/integrations/accounts';
import type { ReachedAccount } from '../../../db/integrations/connect/consents';
import { asFailure, ReadFailure } from '../contract/failure';
import type { DiscoveryContext } from '../contract/provider';
import { checkedFacts, checkedListing, MAX_ACCOUNTS_OF_CONSENT } from '../read/account-list';
import { ConsentFailure } from './consent-failure';
import { openConsentApi, type ConsentParts } from './consent-api';
import { parseUser, type Consent } from './exchange-code';

export interface ConsentAccounts {
	/** Those that a person may choose, by name, and those of this consent first. At least one. */
	offered: ReachedAccount[];
	/** The person who consented: that of the consent, or what the API says. */
	user: string | null;
	warnings: string[];
}

/** So many accounts without a name are asked for one. */
const MAX_DESCRIBED = 5;

/**
 * Finds the accounts that a consent reaches, and which of them it is for. An account that the redirect named is asked for
 * its name, which also proves that the token reaches it: the redirect passed through the person's browser.
 * @throws ReadFailure with the reason if there is none, or the provider cannot be asked
 */
export async function discoverConsentAccounts(
	parts: ConsentParts,
	consent: Consent,
): Promise<ConsentAccounts> {
	// A refresh would spend the token that is about to be stored: a rejected one ends the consent.
	const tokens = { ...consent.tokens, refreshToken: null };
	const discovery = { ...openConsentApi(parts, { ...consent, tokens }), isNewConsent: true as const };
	try {
		return await discover(parts, consent, discovery);
	} catch (error) {
		if (parts.signal?.aborted && !(error instanceof ReadFailure)) throw tooSlow(parts);
		throw asFailure(error, [consent.tokens.accessToken, consent.tokens.refreshToken]);
	}
}

async function discover(
	parts: ConsentParts,
	consent: Consent,
	discovery: DiscoveryContext,
): Promise<ConsentAccounts> {
	const { definition } = parts;
	const answer = await definition.accounts.list(discovery);
	const listing = checkedListing(definition.accounts, answer);
	const all = [...listing.accounts.values()];
	if (all.length === 0) throw withoutAccount(parts);
	if (all.length > MAX_ACCOUNTS_OF_CONSENT) throw tooManyAccounts(parts);
	const named = await nameAccounts(parts, discovery, all);
	// Undefined: a consent covers all that its token reaches. Null: the provider did not say which.
	const isOfConsent = ({ id }: AccountEntry): boolean =>
		listing.consent === undefined || (listing.consent?.has(id) ?? all.length === 1);
	return {
		offered: named.map((account) => ({ ...account, isOfConsent: isOfConsent(account) })).sort(compareOffered),
		user: consent.user ?? parseUser(answer.user),
		warnings: [...answer.warnings],
	};
}

/** Asks for the names of accounts that the list does not name, if they are few. */
async function nameAccounts(
	{ definition }: ConsentParts,
	discovery: DiscoveryContext,
	accounts: readonly AccountEntry[],
): Promise<AccountEntry[]> {
	const nameless = accounts.filter(({ name }) => name === null);
	if (nameless.length === 0 || nameless.length > MAX_DESCRIBED) return [...accounts];
	const named: AccountEntry[] = [];
	for (const account of accounts) named.push(account.name === null ? await describe(account) : account);
	return named;

	async function describe({ id }: AccountEntry): Promise<AccountEntry> {
		const reference = { id, name: id, timezone: null, currency: null };
		const { account } = await definition.accounts.describe(discovery, reference);
		const facts = checkedFacts(account);
		if (facts.id !== id) throw withoutAccount({ definition });
		return { id, name: facts.name };
	}
}

function compareOffered(a: ReachedAccount, b: ReachedAccount): number {
	if (a.isOfConsent !== b.isOfConsent) return a.isOfConsent ? -1 : 1;
	return (a.name ?? a.id).localeCompare(b.name ?? b.id, 'en') || (a.id < b.id ? -1 : 1);
}

const withoutAccount = ({
	definition: { displayName, accountWord },
}: Pick<ConsentParts, 'definition'>): ConsentFailure =>
	new ConsentFailure(
		'no_account',
		`The consent covers no ${accountWord} in ${displayName}.`,
		`Start again from the link, and choose the ${accountWord} when ${displayName} asks which one to connect.`,
	);

const tooManyAccounts = ({ definition: { displayName, accountWord } }: ConsentParts): ConsentFailure =>
	new ConsentFailure(
		'no_account',
		`The consent covers more than ${MAX_ACCOUNTS_OF_CONSENT} accounts in ${displayName}.`,
		`Use a login that reaches fewer. An account is what ${displayName} calls ${accountWord}.`,
	);

const tooSlow = ({ definition: { displayName } }: ConsentParts): ConsentFailure =>
	new ConsentFailure(
		'provider_down',
		`${displayName} took too long to say what the consent covers.`,
		'Nothing was changed. Start again from the link.',
	);
