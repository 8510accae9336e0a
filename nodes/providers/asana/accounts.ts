import type { AccountDiscovery } from '../../engine/contract/provider';
import type { NamelessEntry } from '../../engine/contract/stream';
import { isTimeZone } from '../../shared/dates';
import { DIGITS, textOrNull, withNameless } from '../account-facts';
import { readList } from './lists';

const WORKSPACES = { provider: 'Asana', what: 'the list of workspaces', account: undefined };

/** Amounts are no matter here, and an account must name a currency. */
const CURRENCY = 'AUD';

/**
 * A token reaches every workspace of its person, and Asana does not say for which a consent is meant. It tells no time
 * zone, so that is the connection's or the workflow's.
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
		// The list has just said the name, where it has one.
		const account = { id, name: null, timezone: known, currency: CURRENCY };
		const warnings = known === null && before === null ? [unknownZone(name, timezone)] : [];
		return await Promise.resolve({ account, warnings });
	},
};

const unknownZone = (name: string, zone: string): string =>
	`${name} is read with the days of UTC, since "${zone}" is no time zone. ` +
	'Give the connection one, such as Australia/Sydney.';
