import type { AccountDiscovery, DiscoveryContext } from '../../engine/contract/provider';
import type { AccountReference, ProviderApi } from '../../engine/contract/api';
import { parseJson } from '../../engine/http/json';
import { isReadableList, sortEntries } from '../../engine/read/list-entries';
import { unsupportedZone, GUID, textOrNull, withNameless } from '../account-facts';
import { toIanaZone } from './time-zones';

interface Connection {
	tenantId: string;
	tenantName?: unknown;
	tenantType?: unknown;
	/** Identifies the consent that created the connection. */
	authEventId?: unknown;
}

const CONNECTIONS = { provider: 'Xero', what: 'the list of organisations', account: undefined };

interface Organisation {
	Name?: unknown;
	BaseCurrency: string;
	Timezone?: unknown;
}

/**
 * A token reaches every organisation that its user ever connected with the app, including those of other tenants. The
 * organisations of the token's own consent have the same authentication event as the token.
 */
export const xeroAccounts: AccountDiscovery = {
	id: GUID,

	async list(context) {
		const reply = (await context.api.call({
			path: '/connections',
			description: CONNECTIONS.what,
			isValid: (json) => Array.isArray(json) && isReadableList(json, parseConnection),
		})) as unknown[];
		const reader = { read: parseConnection, getId: ({ tenantId }: Connection) => tenantId };
		const { entries, nameless } = sortEntries(reply, reader, CONNECTIONS);
		const connections = entries.filter(({ tenantType }) => tenantType === 'ORGANISATION');
		const accounts = connections.map(({ tenantId, tenantName }) => ({
			id: tenantId,
			name: textOrNull(tenantName),
		}));
		const consent = await readConsent(context, connections);
		return withNameless({ accounts, consent, warnings: [] }, CONNECTIONS, nameless);
	},

	async describe({ api }, reference) {
		const { Name, BaseCurrency: currency, Timezone } = await readOrganisation(api, reference);
		const [name, zone] = [textOrNull(Name), textOrNull(Timezone) ?? ''];
		const timezone = toIanaZone(zone) ?? null;
		const account = { id: reference.id, name, timezone, currency };
		const isUnknown = timezone === null && reference.timezone === null;
		return { account, warnings: isUnknown ? [unsupportedZone(name ?? reference.name, zone, 'months')] : [] };
	},
};

/** The organisations of the token's own consent; null if the token or the list does not state it. */
async function readConsent(
	{ accessToken }: DiscoveryContext,
	connections: readonly Connection[],
): Promise<string[] | null> {
	// Only after the call, which replaces a rejected token.
	const event = parseAuthenticationEvent(await accessToken());
	const isTold = connections.every(
		({ authEventId }) => typeof authEventId === 'string' && authEventId !== '',
	);
	if (event === undefined || !isTold) return null;
	return connections.filter(({ authEventId }) => authEventId === event).map(({ tenantId }) => tenantId);
}

async function readOrganisation(api: ProviderApi, account: AccountReference): Promise<Organisation> {
	const reply = (await api.call({
		path: '/api.xro/2.0/Organisation',
		account,
		description: 'the organisation’s details',
		scope: 'accounting.settings.read',
		isValid: isOrganisations,
	})) as { Organisations: [Organisation] };
	return reply.Organisations[0];
}

/** Undefined if the entry has no id. */
function parseConnection(entry: unknown): Connection | undefined {
	const { tenantId } = (entry ?? {}) as Partial<Connection>;
	return typeof tenantId === 'string' && tenantId !== '' ? (entry as Connection) : undefined;
}

function isOrganisations(json: unknown): boolean {
	const { Organisations } = (json ?? {}) as { Organisations?: Array<Partial<Organisation> | null> };
	return Array.isArray(Organisations) && /^[A-Z]{3}$/.test(Organisations[0]?.BaseCurrency ?? '');
}

/**
 * Reads an access token's consent from the claims of its JWT. The signature is not verified: Xero accepted the token, and
 * the value only narrows down a list that Xero returned for it.
 */
export function parseAuthenticationEvent(accessToken: string | undefined): string | undefined {
	const payload = Buffer.from(accessToken?.split('.', 3)[1] ?? '', 'base64url').toString('utf8');
	const claims = parseJson(payload) as { authentication_event_id?: unknown } | null | undefined;
	const event = claims?.authentication_event_id;
	return typeof event === 'string' && event !== '' ? event : undefined;
}
