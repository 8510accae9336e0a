import type { AccountChoice, EnteredAccount } from '../../../db/integrations/accounts';
import { accountsToEnter } from './account-choice';
import { checkedListing, type CheckedListing } from './account-list';
import type { DiscoveryContext, KnownAccount } from '../contract/provider';
import type { ReadFailure } from '../contract/failure';
import { conflict, disconnected, needsChoice, nothingConnected, otherAccount, unclearList } from './failures';
import type { ExtractContext } from './run';

/** What a run does with each account. */
export interface Selection {
	read: KnownAccount[];
	/** Switched off by the operator. */
	off: KnownAccount[];
	/** Chosen but not accessible. */
	failed: Array<{ accountId: string; failure: ReadFailure }>;
	warnings: string[];
}

/**
 * Determines which accounts a run reads: the chosen ones and those that it adds (see `accountsToEnter`).
 * @throws ReadFailure `needs_choice` if none is chosen, `account_gone` if the token has no accounts
 */
export async function selectAccounts(
	context: ExtractContext,
	discovery: DiscoveryContext,
	choice: AccountChoice,
): Promise<Selection> {
	const { definition } = context;
	const answer = await definition.accounts.list(discovery);
	const listing = checkedListing(definition.accounts, answer);
	if (listing.accounts.size === 0 && !listing.unclear) throw nothingConnected(definition);
	const added = accountsToEnter(choice, listing);
	if (typeof added === 'string') throw needsChoice(definition, added);
	const taken = new Set(added.length > 0 ? await context.store.enterAccounts(added) : []);
	const known = new Map(choice.accounts.map((account) => [account.id, account]));
	const entered = added
		.filter(({ id }) => !taken.has(id))
		.map((entry) => ({ ...UNKNOWN, ...known.get(entry.id), ...entry, enabled: true, released: false }));
	const own = [...choice.accounts.filter(({ released }) => !released), ...entered];
	const selection = sortAccounts(context, own, listing);
	for (const { id, name } of added.filter((entry) => taken.has(entry.id)))
		selection.failed.push({ accountId: id, failure: conflict(definition, name ?? id) });
	return { ...selection, warnings: [...answer.warnings] };
}

const UNKNOWN = { timezone: null, currency: null };

function sortAccounts(
	{ definition }: ExtractContext,
	own: readonly EnteredAccount[],
	{ accounts, unclear }: CheckedListing,
): Omit<Selection, 'warnings'> {
	const chosen = own.filter(({ enabled }) => enabled);
	const read = chosen.filter(({ id }) => accounts.has(id));
	const why = unclear ? unclearList : read.length === 0 ? otherAccount : disconnected;
	const failed = chosen
		.filter(({ id }) => !accounts.has(id))
		.map(({ id, name }) => ({
			accountId: id,
			failure: why(definition, name ?? id),
		}));
	const toKnownAccount = ({ id, name, timezone, currency }: EnteredAccount): KnownAccount => ({
		...{ id, timezone, currency },
		name: accounts.get(id)?.name ?? name ?? id,
	});
	return {
		read: read.map(toKnownAccount),
		off: own.filter(({ enabled }) => !enabled).map(toKnownAccount),
		failed,
	};
}
