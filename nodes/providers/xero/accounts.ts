import type { AccountDiscovery, DiscoveryContext } from '../../engine/contract/provider';
import type { AccountReference, ProviderApi } from '../../engine/contract/api';
import { parseJson } from '../../engine/http/json';
import { isReadableList, sortEntries, type SortedEntries } from '../../engine/read/list-entries';
import { unsupportedZone, GUID, textOrNull, withNameless } from '../account-facts';
import { toIanaZone } from './time-zones';

interface XeroConnection {
	id?: unknown;
	tenantId: string;
	tenantName?: unknown;
	tenantType?: unknown;
	/** Identifies the consent that created the connection. */
	authEventId?: unknown;
	/** When the person connected it most recently. */
	updatedDateUtc?: unknown;
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
		const { entries, nameless } = await listConnections(context);
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

	async disconnect(context, accountIds) {
		const { entries } = await listConnections(context);
		const ending = entries.filter(({ id, tenantId }) => id !== undefined && accountIds.includes(tenantId));
		for (const connection of ending) await deleteConnection(context, connection);
	},
};

async function listConnections({ api }: DiscoveryContext): Promise<SortedEntries<XeroConnection>> {
	const reply = (await api.call({
		path: '/connections',
		description: CONNECTIONS.what,
		isValid: (json) => Array.isArray(json) && isReadableList(json, parseConnection),
	})) as unknown[];
	const reader = { read: parseConnection, getId: ({ tenantId }: XeroConnection) => tenantId };
	return sortEntries(reply, reader, CONNECTIONS);
}

/** Deletes a connection by its own id, which is not that of the organisation. */
async function deleteConnection(
	{ api }: DiscoveryContext,
	{ id, tenantName }: XeroConnection,
): Promise<void> {
	await api.call({
		method: 'DELETE',
		path: `/connections/${encodeURIComponent(String(id))}`,
		description: `the connection of ${textOrNull(tenantName) ?? 'an organisation'}`,
		isValid: () => true,
		isNotFound: ({ status }) => status === 404,
	});
}

/** The organisations of the token's own consent; null if the token or the list does not state it. */
async function readConsent(
	{ accessToken, isNewConsent }: DiscoveryContext,
	connections: readonly XeroConnection[],
): Promise<string[] | null> {
	// Only after the call, which replaces a rejected token.
	const token = await accessToken();
	const event = parseAuthenticationEvent(token);
	const isTold = connections.every(
		({ authEventId }) => typeof authEventId === 'string' && authEventId !== '',
	);
	if (event === undefined || !isTold) return null;
	const ofEvent = connections.filter(({ authEventId }) => authEventId === event);
	const found = ofEvent.length === 0 && isNewConsent ? listJustConnected(connections, token) : ofEvent;
	return found.map(({ tenantId }) => tenantId);
}

const JUST_CONNECTED_MS = 10 * 60_000;

/**
 * The organisations that were connected when the token was issued, by Xero's clock. One that the person had connected
 * before keeps the event of that earlier consent.
 */
function listJustConnected(
	connections: readonly XeroConnection[],
	token: string | undefined,
): XeroConnection[] {
	const { nbf } = readClaims(token);
	if (typeof nbf !== 'number') return [];
	return connections.filter(({ updatedDateUtc: at }) => {
		// Without a zone, but in UTC.
		const updated = typeof at === 'string' ? Date.parse(`${at.slice(0, 23).replace('Z', '')}Z`) : Number.NaN;
		return Math.abs(updated - nbf * 1_000) <= JUST_CONNECTED_MS;
	});
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
function parseConnection(entry: unknown): XeroConnection | undefined {
	const { tenantId } = (entry ?? {}) as Partial<XeroConnection>;
	return typeof tenantId === 'string' && tenantId !== '' ? (entry as XeroConnection) : undefined;
}

function isOrganisations(json: unknown): boolean {
	const { Organisations } = (json ?? {}) as { Organisations?: Array<Partial<Organisation> | null> };
	return Array.isArray(Organisations) && /^[A-Z]{3}$/.test(Organisations[0]?.BaseCurrency ?? '');
}

/** The consent that an access token is of. Undefined if the token is not readable. */
export function parseAuthenticationEvent(accessToken: string | undefined): string | undefined {
	return textOrUndefined(readClaims(accessToken).authentication_event_id);
}

/** Xero's id of the person who consented. */
export function identifyUser({ access_token: token }: Readonly<Record<string, unknown>>): string | undefined {
	return textOrUndefined(readClaims(typeof token === 'string' ? token : undefined).xero_userid);
}

const textOrUndefined = (value: unknown): string | undefined =>
	typeof value === 'string' && value !== '' ? value : undefined;

/**
 * Reads the claims of an access token, which is a JWT. The signature is not verified: the token came from Xero, and the
 * values only narrow down a list that Xero returned for it.
 */
function readClaims(accessToken: string | undefined): Readonly<Record<string, unknown>> {
	const payload = Buffer.from(accessToken?.split('.', 3)[1] ?? '', 'base64url').toString('utf8');
	return (parseJson(payload) ?? {}) as Record<string, unknown>;
}
