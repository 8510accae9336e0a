import type { AccountDiscovery } from '../../engine/contract/provider';
import type { NamelessEntry } from '../../engine/contract/stream';
import { isTimeZone } from '../../shared/dates';
import { invalidZone, DIGITS, textOrNull, withNameless } from '../account-facts';
import { readList } from './lists';

const WORKSPACES = { provider: 'Asana', what: 'the list of workspaces', account: undefined };

/** Asana has no amounts, but an account must have a currency. */
const CURRENCY = 'AUD';

/**
 * A token reaches every workspace of its user, and Asana does not say which one the consent is for. Asana also states no
 * time zone, so the connection's or the workflow's is used.
 */
export const asanaAccounts: AccountDiscovery = {
	id: DIGITS,

	async list({ api }) {
		const nameless: NamelessEntry[] = [];
		const workspaces = await readList(api, {
			path: '/workspaces',
			query: { opt_fields: 'name' },
			description: WORKSPACES.what,
			scope: 'workspaces:read',
			onNameless: (entries) => void nameless.push(...entries),
		});
		const accounts = workspaces.map(({ gid, name }) => ({ id: gid as string, name: textOrNull(name) }));
		return withNameless({ accounts, warnings: [] }, WORKSPACES, nameless);
	},

	async describe({ timezone }, { id, name, timezone: before }) {
		const known = isTimeZone(timezone) ? timezone : null;
		// The name is already known from the list.
		const account = { id, name: null, timezone: known, currency: CURRENCY };
		const warnings = known === null && before === null ? [invalidZone(name, timezone, 'days')] : [];
		return await Promise.resolve({ account, warnings });
	},
};
