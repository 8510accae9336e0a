import type { AccountEntry } from '../../../db/integrations/accounts';
import type { Sandbox } from '../../sandbox';

/** What a connection is told to read of a consent, as the connect pages would. */
export function chosenAccounts(
	sandbox: Sandbox,
	provider: string,
	consent: string,
): { metadata: Record<string, unknown>; accounts: AccountEntry[] } {
	if (provider === 'xero') return { metadata: { accounts: 'consent' }, accounts: [] };
	// Asana does not say which workspaces a consent is for.
	const workspaces = provider === 'asana' ? sandbox.asana.workspaces(consent) : [];
	return { metadata: {}, accounts: workspaces.map(({ gid: id, name }) => ({ id, name })) };
}
