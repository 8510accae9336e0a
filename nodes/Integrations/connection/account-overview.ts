import { accountsTaken, listAccounts, type AccountSummary } from '../../../db/integrations/accounts';
import type { IntegrationSummary } from '../../../db/integrations/integrations';
import type { Pool } from 'pg';

import type { CheckedListing } from '../../engine/read/account-list';

/**
 * Status of an account: `chosen` is read, `off` is disabled, `released` was given up, `available` can be chosen,
 * `elsewhere` belongs to another connection.
 */
export type AccountStatus = 'chosen' | 'off' | 'released' | 'available' | 'elsewhere';

const WORDS: Readonly<Record<AccountStatus, string>> = {
	chosen: 'chosen',
	off: 'disabled',
	released: 'released',
	available: 'not chosen',
	elsewhere: 'another connection’s',
};

/** The status of an account as people read it. */
export const describeAccountStatus = (status: AccountStatus): string => WORDS[status];

export interface AccountOverview extends AccountSummary {
	status: AccountStatus;
	/** Whether the token reaches it now; null if the provider was not asked. */
	reached: boolean | null;
	/** Whether the consent covers it, according to the provider; null if unknown. */
	ofConsent: boolean | null;
}

/** Every account of a connection and, if the provider was asked, those that it could also read. */
export async function accountOverview(
	pool: Pool,
	integration: IntegrationSummary,
	live: CheckedListing | undefined,
): Promise<AccountOverview[]> {
	const own = await listAccounts(pool, integration);
	const ownIds = new Set(own.map(({ accountId }) => accountId));
	const added = [...(live?.accounts.values() ?? [])].filter(({ id }) => !ownIds.has(id));
	const all = [...own, ...added.map(({ id, name }) => ({ ...NOT_READ, accountId: id, name }))];
	const taken = await accountsTaken(
		pool,
		integration,
		all.map(({ accountId }) => accountId),
	);
	return all.map((account) => {
		const { accountId } = account;
		const status = chooseAccountStatus(account, ownIds.has(accountId), taken.has(accountId));
		const told = { reached: live?.accounts.has(accountId) ?? null };
		return { ...account, status, ...told, ofConsent: live?.consent?.has(accountId) ?? null };
	});
}

const NOT_READ = { timezone: null, currency: null, enabled: false, releasedAt: null, streams: [] };

function chooseAccountStatus(
	{ enabled, releasedAt }: AccountSummary,
	isOwn: boolean,
	isTaken: boolean,
): AccountStatus {
	if (isTaken) return 'elsewhere';
	if (!isOwn) return 'available';
	if (releasedAt !== null) return 'released';
	return enabled ? 'chosen' : 'off';
}
