import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { actAs, asWorker } from '../../postgres/transaction';
import type { KeyRing } from '../../vault/key-ring';
import { sealTokens } from '../../vault/sealed-tokens';
import { asTokenKeeperDurably } from '../../vault/token-transaction';
import { listRead, type AccountEntry } from '../accounts';
import { METADATA_WITHOUT_CONSENT } from './consent-metadata';
import { openPair, type ReachedAccount } from './consents';
import { noteEvent, type EventName } from './events';
import { applyChoice } from './identity';
import { NotConfirmed, type RejectedResult } from './not-confirmed';

/** What a person confirmed, in the browser that began the consent. */
export interface Confirmation {
	stateId: string;
	browserHash: string;
	/** Among those that were offered; others are ignored. */
	accountIds: readonly string[];
	/** Whether the operator has to release a first connection, or one to other accounts. */
	needsApproval: boolean;
}

/** `accounts`: what the connection reads from now on, or, where nothing was changed, those that stand in the way. */
export type Confirmed =
	| { result: ConnectedResult; integrationId: string; accounts: AccountEntry[] }
	| { result: RejectedResult; accounts: AccountEntry[] };

type ConnectedResult = 'connected' | 'reconnected' | 'awaiting_approval';
/**
 * Stores a consent in one transaction: the accounts, the tokens under the vault's rules, the status, the event, and the
 * link as used. Data, states and settings of the connection are kept. Not retried: after a lost answer the caller cannot
 * tell whether it was stored.
 */
export async function confirmConsent(
	pool: Pool,
	ring: KeyRing,
	confirmation: Confirmation,
): Promise<Confirmed> {
	const tenantId = await findTenant(pool, confirmation);
	if (tenantId === undefined) return { result: 'ended', accounts: [] };
	try {
		return await asTokenKeeperDurably(pool, tenantId, async (client) => {
			const state = await lockState(client, tenantId, confirmation);
			const integration = await lockIntegration(client, state);
			const owner = { tenantId, integrationId: integration.integrationId, provider: state.provider };
			const { accountIds, needsApproval } = confirmation;
			const isReplaced = await applyChoice(client, { ...state, owner, accountIds });
			const result = await store(client, ring, { state, integration, isReplaced, needsApproval });
			return { result, integrationId: integration.integrationId, accounts: await listRead(client, state) };
		});
	} catch (error) {
		if (error instanceof NotConfirmed) return { result: error.result, accounts: error.accounts };
		throw error;
	}
}

async function findTenant(pool: Pool, { stateId, browserHash }: Confirmation): Promise<string | undefined> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<{ tenantId: string }>(
			'select tenant_id as "tenantId" from etl.find_waiting_consent($1, $2)',
			[stateId, browserHash],
		),
	);
	return rows[0]?.tenantId;
}

interface LockedState {
	stateId: string;
	linkId: string;
	tenantId: string;
	provider: string;
	purpose: string;
	replacesAccount: boolean;
	pair: string;
	expiresAt: Date | null;
	scopes: string[] | null;
	metadata: Record<string, unknown>;
	user: string | null;
	reached: ReachedAccount[];
}

/** The link first, as everywhere. */
async function lockState(
	client: PoolClient,
	tenantId: string,
	{ stateId, browserHash }: Confirmation,
): Promise<LockedState> {
	await client.query(LOCK_LINK, [stateId]);
	const { rows } = await client.query<Omit<LockedState, 'tenantId'>>(LOCK_STATE, [stateId, browserHash]);
	if (!rows[0]) throw new NotConfirmed('ended');
	return { ...rows[0], tenantId };
}

const LOCK_LINK = `select from etl.connect_links
	where id = (select link_id from etl.connect_states where id = $1) for no key update`;

const LOCK_STATE = `select s.id as "stateId", s.link_id as "linkId", s.provider, l.purpose,
		l.replaces_account as "replacesAccount", s.sealed_pair as pair, s.token_expires_at as "expiresAt", s.scopes,
		coalesce(s.metadata, '{}') as metadata, s.consent_user as user, s.accounts as reached
	from etl.connect_states s join etl.connect_links l on l.id = s.link_id
	where s.id = $1 and s.browser_hash = $2 and s.sealed_pair is not null and s.stored_at is null
		and s.expires_at > now() and l.used_at is null
	for no key update of s`;

interface LockedIntegration {
	integrationId: string;
	hasTokens: boolean;
	isAwaiting: boolean;
	keptByN8n: boolean;
}

async function lockIntegration(
	client: PoolClient,
	{ tenantId, provider }: LockedState,
): Promise<LockedIntegration> {
	await client.query(
		`insert into integrations (id, tenant_id, provider, status, metadata) values ($1, $2, $3, 'PENDING', '{}')
		on conflict (tenant_id, provider) do nothing`,
		[cuid(), tenantId, provider],
	);
	const { rows } = await client.query<LockedIntegration>(LOCK_INTEGRATION, [provider]);
	// An n8n credential keeps the token since the link was made: two owners of a connection would end each other's.
	if (rows[0]!.keptByN8n) throw new NotConfirmed('ended');
	return rows[0]!;
}

const LOCK_INTEGRATION = `select id as "integrationId", access_token <> '' as "hasTokens",
		coalesce(metadata ? 'awaitingApproval', false) as "isAwaiting",
		coalesce(metadata ->> 'authentication' = 'n8n', false) as "keptByN8n"
	from integrations where provider = $1 for no key update`;

interface Storing extends Pick<Confirmation, 'needsApproval'> {
	state: LockedState;
	integration: LockedIntegration;
	/** Whether accounts that the connection read were given up for others. */
	isReplaced: boolean;
}

async function store(client: PoolClient, ring: KeyRing, storing: Storing): Promise<ConnectedResult> {
	const { state, integration, isReplaced, needsApproval } = storing;
	const { tenantId, provider, user } = state;
	const { integrationId, hasTokens, isAwaiting } = integration;
	const waits = isAwaiting || (needsApproval && (!hasTokens || isReplaced));
	const result = waits ? 'awaiting_approval' : hasTokens ? 'reconnected' : 'connected';
	await actAs(client, 'zixly_tokens');
	const tokens = { ...openPair(ring, state, state.pair), expiresAt: state.expiresAt };
	const sealed = sealTokens(ring, { tenantId, integrationId, provider }, tokens);
	await client.query(STORE, [
		...[integrationId, sealed.accessToken, sealed.refreshToken, sealed.expiresAt],
		state.scopes ? JSON.stringify(state.scopes) : null,
		JSON.stringify({ ...state.metadata, ...(user !== null && { consentUser: user }) }),
		waits,
	]);
	// A refresh of the previous tokens that is on its way is then ignored.
	await client.query('delete from etl.refresh_leases where integration_id = $1', [integrationId]);
	await useUp(client, state);
	await noteStored(client, result, storing);
	return result;
}

// What described the previous consent goes; settings stay.
const STORE = `update integrations set access_token = $2, refresh_token = $3, expires_at = $4,
	metadata = ${METADATA_WITHOUT_CONSENT} || $6::jsonb
		|| case when $5::jsonb is null then '{}' else jsonb_build_object('scopes', $5::jsonb) end
		|| case when $7 then '{"awaitingApproval": true}'::jsonb else '{}' end,
	status = case
		when status = 'DISABLED' then status
		when $7 then 'PENDING'
		else 'ACTIVE'
	end::integration_status
	where id = $1`;

/** The tokens now stand in one place alone. Other consents of the same link are forgotten. */
async function useUp(client: PoolClient, { stateId, linkId, purpose }: LockedState): Promise<void> {
	await client.query('update etl.connect_states set stored_at = now(), sealed_pair = null where id = $1', [
		stateId,
	]);
	await client.query('delete from etl.connect_states where link_id = $1 and id <> $2', [linkId, stateId]);
	if (purpose !== 'manage')
		await client.query('update etl.connect_links set used_at = now() where id = $1', [linkId]);
}

async function noteStored(
	client: PoolClient,
	event: Extract<EventName, ConnectedResult>,
	{ state, integration }: Storing,
): Promise<void> {
	await noteEvent(client, {
		tenantId: state.tenantId,
		integrationId: integration.integrationId,
		provider: state.provider,
		event,
		accounts: await listRead(client, state),
		actor: state.user,
	});
}
