import type { AccountDiscovery, DiscoveryContext } from '../../engine/contract/provider';
import type { AccountReference } from '../../engine/contract/api';
import { isTimeZone } from '../../shared/dates';
import { unsupportedZone, DIGITS, textOrNull } from '../account-facts';

/** The user and company of the token. */
interface Me {
	id?: unknown;
	company_id: number;
	company_name?: unknown;
	default_currency?: unknown;
	timezone_name?: unknown;
}

/** A token belongs to one user in one company, so there is exactly one account: the company. */
export const pipedriveAccounts: AccountDiscovery = {
	id: DIGITS,

	async list(context) {
		const me = await readPerson(context);
		const id = String(me.company_id);
		const accounts = [{ id, name: textOrNull(me.company_name) }];
		return {
			accounts,
			consent: [id],
			warnings: [],
			...(typeof me.id === 'number' && { user: String(me.id) }),
		};
	},

	async describe(context, reference) {
		const me = await readPerson(context, reference);
		const [name, zone] = [textOrNull(me.company_name), textOrNull(me.timezone_name)];
		const timezone = zone !== null && isTimeZone(zone) ? zone : null;
		const account = {
			...{ id: String(me.company_id), name, timezone },
			currency: textOrNull(me.default_currency),
		};
		const isUnknown = timezone === null && reference.timezone === null;
		return { account, warnings: isUnknown ? [unsupportedZone(name ?? reference.name, zone, 'days')] : [] };
	},
};

async function readPerson({ api }: DiscoveryContext, account?: AccountReference): Promise<Me> {
	const reply = (await api.call({
		path: '/api/v1/users/me',
		account,
		description: 'the connected user',
		scope: 'base',
		cost: 2,
		isValid: isMe,
	})) as { data: Me };
	return reply.data;
}

function isMe(json: unknown): boolean {
	const { data } = (json ?? {}) as { data?: Partial<Me> | null };
	return typeof data?.company_id === 'number';
}
