import type { AccountDiscovery, AccountReference, ProviderApi } from '../../engine/definition';
import { ianaZoneOf } from './time-zones';

interface Connection {
	tenantId: string;
	tenantName?: string;
	tenantType?: string;
}

interface Organisation {
	Name?: string;
	BaseCurrency: string;
	Timezone?: string;
}

/** A token reaches every organisation its user ever connected with the app; only those of this consent are ours. */
export const xeroAccounts: AccountDiscovery = {
	async list({ api, accessToken }) {
		const event = authenticationEventOf(accessToken);
		const connections = (await api.call({
			path: '/connections',
			query: event === undefined ? undefined : { authEventId: event },
			what: 'the list of organisations',
			accept: isConnections,
		})) as Connection[];
		return { accounts: organisationsIn(connections), warnings: event === undefined ? [ALL_CONSENTS] : [] };
	},

	async describe({ api }, reference) {
		const { Name, BaseCurrency: currency, Timezone = '' } = await organisationOf(api, reference);
		const timezone = ianaZoneOf(Timezone);
		const account = {
			id: reference.id,
			name: Name ?? reference.name,
			timezone: timezone ?? 'Etc/UTC',
			currency,
		};
		return { account, warnings: timezone === undefined ? [unknownZone(account.name, Timezone)] : [] };
	},
};

async function organisationOf(api: ProviderApi, account: AccountReference): Promise<Organisation> {
	const reply = (await api.call({
		path: '/api.xro/2.0/Organisation',
		account,
		what: 'the organisation’s details',
		scope: 'accounting.settings.read',
		accept: isOrganisations,
	})) as { Organisations: [Organisation] };
	return reply.Organisations[0];
}

function organisationsIn(connections: Connection[]): AccountReference[] {
	return connections
		.filter(({ tenantType }) => tenantType === 'ORGANISATION')
		.map(({ tenantId, tenantName }) => ({ id: tenantId, name: tenantName ?? tenantId }));
}

function isConnections(json: unknown): boolean {
	return (
		Array.isArray(json) && json.every((one: Partial<Connection> | null) => typeof one?.tenantId === 'string')
	);
}

function isOrganisations(json: unknown): boolean {
	const { Organisations } = (json ?? {}) as { Organisations?: Array<Partial<Organisation> | null> };
	return Array.isArray(Organisations) && /^[A-Z]{3}$/.test(Organisations[0]?.BaseCurrency ?? '');
}

/**
 * The consent that an access token stems from, out of the JWT's claims. They are not verified: the value only
 * narrows a list that Xero itself gives for the same token.
 */
export function authenticationEventOf(accessToken: string | undefined): string | undefined {
	const payload = accessToken?.split('.')[1] ?? '';
	try {
		const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<
			string,
			unknown
		> | null;
		const event = claims?.authentication_event_id;
		return typeof event === 'string' && event !== '' ? event : undefined;
	} catch {
		return undefined;
	}
}

const ALL_CONSENTS =
	'The access token does not say which consent it belongs to, so every organisation that it reaches is read, ' +
	'also those connected at another time.';

const unknownZone = (name: string, zone: string): string =>
	`${name} has a time zone that is not known here (${zone || 'none'}); its months begin and end in UTC.`;
