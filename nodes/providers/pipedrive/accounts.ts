import type { AccountDiscovery, AccountReference, DiscoveryContext } from '../../engine/definition';
import { isTimeZone } from '../../shared/dates';

/** The person whose token it is, and the company that the token is for. */
interface Me {
	company_id: number;
	company_name?: string | null;
	default_currency?: string | null;
	timezone_name?: string | null;
}

/** A token belongs to one person in one company, so there is one account: the company. */
export const pipedriveAccounts: AccountDiscovery = {
	async list(context) {
		const me = await personOf(context);
		return { accounts: [{ id: String(me.company_id), name: nameOf(me) }], warnings: [] };
	},

	async describe(context, reference) {
		const me = await personOf(context, reference);
		const { timezone_name: zone, default_currency: currency } = me;
		const timezone = zone && isTimeZone(zone) ? zone : undefined;
		const account = {
			id: reference.id,
			name: nameOf(me),
			timezone: timezone ?? 'Etc/UTC',
			currency: /^[A-Z]{3}$/.test(currency ?? '') ? currency! : NO_CURRENCY,
		};
		return { account, warnings: timezone === undefined ? [unknownZone(account.name, zone)] : [] };
	},
};

/** As ISO 4217 writes it: it is only shown, since each deal names its own. */
const NO_CURRENCY = 'XXX';

async function personOf({ api }: DiscoveryContext, account?: AccountReference): Promise<Me> {
	const reply = (await api.call({
		path: '/api/v1/users/me',
		account,
		what: 'who connected it',
		scope: 'base',
		cost: 2,
		accept: isMe,
	})) as { data: Me };
	return reply.data;
}

function isMe(json: unknown): boolean {
	const { data } = (json ?? {}) as { data?: Partial<Me> | null };
	return typeof data?.company_id === 'number';
}

const nameOf = ({ company_id: id, company_name: name }: Me): string => name?.trim() || `Company ${id}`;

const unknownZone = (name: string, zone: string | null | undefined): string =>
	`${name} has a time zone that is not known here (${zone ?? 'none'}); its days begin and end in UTC.`;
