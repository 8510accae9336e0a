import type { AccountDiscovery } from '../../engine/definition';
import { isTimeZone } from '../../shared/dates';
import { readList } from './lists';

/** Amounts are no matter here, and an account must name a currency. */
const CURRENCY = 'AUD';

/** All workspaces that the token reaches. Asana tells no time zone, so it is the connection's or the workflow's. */
export const asanaAccounts: AccountDiscovery = {
	async list({ api }) {
		const workspaces = await readList(api, {
			path: '/workspaces',
			query: { opt_fields: 'name' },
			what: 'the list of workspaces',
			scope: 'workspaces:read',
			accept: ({ gid }) => typeof gid === 'string' && gid !== '',
		});
		const accounts = workspaces.map(({ gid, name }) => ({
			id: gid as string,
			name: typeof name === 'string' && name !== '' ? name : (gid as string),
		}));
		return { accounts, warnings: [] };
	},

	async describe({ timezone }, { id, name }) {
		const known = isTimeZone(timezone);
		const account = { id, name, timezone: known ? timezone : 'Etc/UTC', currency: CURRENCY };
		return await Promise.resolve({ account, warnings: known ? [] : [unknownZone(name, timezone)] });
	},
};

const unknownZone = (name: string, zone: string): string =>
	`${name} is read with the days of UTC, since "${zone}" is no time zone. ` +
	'Give the connection one, such as Australia/Sydney.';
