import type { Pool, PoolClient } from 'pg';

import { retryInTenant } from '../../postgres/retries';
import { actAs, asWorkerWithin } from '../../postgres/transaction';
import { VaultError } from '../../vault/cipher';
import type { KeyRing } from '../../vault/key-ring';
import type { TokenOwner, TokenSet } from '../../vault/token-set';
import { openTokens, type SealedTokens } from '../../vault/sealed-tokens';
import { readSealed } from '../../vault/token-store';
import { listRead, releaseAccounts, type AccountEntry } from '../accounts';
import { integrationById, type IntegrationSummary } from '../integrations';
import { METADATA_WITHOUT_CONSENT } from './consent-metadata';
import { noteEvent } from './events';

/** Who ends a connection, and with what its tokens can be opened for the revocation. */
export interface DisconnectOptions {
	/** Without it, or with the wrong one, the consent cannot be revoked at the provider. */
	ring?: KeyRing;
	actor?: string;
	reason?: string;
}

/** What the caller may revoke at the provider. It exists in memory alone: the tokens are no longer stored. */
export interface RevocableConsent {
	tokens: TokenSet;
	metadata: Record<string, unknown>;
	/** The accounts that the connection read. */
	accountIds: string[];
	/** Whether another connection of any tenant stands on the same person or account, so that revoking could end it. */
	isShared: boolean;
}

/**
 * How a consent ended: at the provider; only here, so that the provider still lists the app; the token is kept in an n8n
 * credential; or there was none.
 */
export type ConsentEnd = 'revoked' | 'forgotten' | 'keptByN8n' | 'noToken';

/** A connection that was ended. */
interface EndedIntegration extends IntegrationSummary {
	accountsFreed: number;
	runClosed: boolean;
}

export interface Disconnected {
	integration: EndedIntegration;
	/** Whether tokens were stored. */
	hadTokens: boolean;
	/** Null if no tokens were stored or they cannot be opened. Must not get into an item or a log. */
	consent: RevocableConsent | null;
}

/**
 * Ends a connection: removes its tokens, releases its accounts for other tenants and closes a running run, which then
 * stores nothing more, in one transaction. Data, settings and states are kept, so that connecting again continues where
 * it stopped. Revoking at the provider is the caller's, afterwards.
 * @throws Error if there is no such connection
 */
export async function disconnectIntegration(
	pool: Pool,
	integrationId: string,
	options: DisconnectOptions = {},
): Promise<Disconnected> {
	const { tenantId, provider } = await integrationById(pool, integrationId);
	const owner: TokenOwner = { tenantId, integrationId, provider };
	// A lost answer of a commit must not lose what is to be revoked: the next attempt finds no tokens.
	let consent: RevocableConsent | null = null;
	let hadTokens = false;
	const done = await retryInTenant(pool, tenantId, async (client) => {
		// The run first, as the loader does, so that the two cannot deadlock.
		const { rowCount: runs } = await client.query(CLOSE_RUN, [integrationId]);
		const ended = await end(client, owner, options);
		consent = ended.consent ?? consent;
		hadTokens ||= ended.hadTokens;
		return { accountsFreed: ended.accountsFreed, runClosed: runs === 1 };
	});
	const integration = { ...(await integrationById(pool, integrationId)), ...done };
	return { integration, hadTokens, consent };
}

async function end(
	client: PoolClient,
	owner: TokenOwner,
	{ ring, actor, reason }: DisconnectOptions,
): Promise<{ accountsFreed: number } & Pick<Disconnected, 'hadTokens' | 'consent'>> {
	await actAs(client, 'zixly_tokens');
	const sealed = await readSealed(client, owner, 'for no key update');
	const hadTokens = sealed !== undefined && (sealed.accessToken !== '' || sealed.refreshToken !== null);
	const tokens = hadTokens ? openIfPossible(owner, sealed, ring) : null;
	const accounts = await listRead(client, owner);
	const { rows } = await client.query<{ metadata: Record<string, unknown> }>(READ_METADATA, [
		owner.integrationId,
	]);
	const { rowCount: ended } = await client.query(REMOVE_TOKENS, [owner.integrationId]);
	await client.query('delete from etl.refresh_leases where integration_id = $1', [owner.integrationId]);
	const accountsFreed = await releaseAccounts(client, owner);
	if (ended === 1 || accountsFreed > 0)
		await noteEvent(client, { ...owner, event: 'disconnected', accounts, actor, reason });
	const consent = tokens && (await describe(client, owner, tokens, rows[0]?.metadata ?? {}, accounts));
	return { accountsFreed, hadTokens, consent };
}

function openIfPossible(owner: TokenOwner, sealed: SealedTokens, ring: KeyRing | undefined): TokenSet | null {
	try {
		return ring ? openTokens(ring, owner, sealed) : null;
	} catch (error) {
		// Tokens of a lost key are removed all the same.
		if (error instanceof VaultError) return null;
		throw error;
	}
}

async function describe(
	client: PoolClient,
	{ integrationId, provider }: TokenOwner,
	tokens: TokenSet,
	metadata: Record<string, unknown>,
	accounts: readonly AccountEntry[],
): Promise<RevocableConsent> {
	const accountIds = accounts.map(({ id }) => id);
	const user = typeof metadata.consentUser === 'string' ? metadata.consentUser : null;
	const { rows } = await asWorkerWithin(
		client,
		async () =>
			await client.query<{ isShared: boolean }>(
				'select etl.consent_is_shared($1, $2, $3, $4) as "isShared"',
				[integrationId, provider, user, accountIds],
			),
	);
	return { tokens, metadata, accountIds, isShared: rows[0]!.isShared };
}

const READ_METADATA = `select coalesce(metadata, '{}') as metadata from integrations where id = $1`;

const CLOSE_RUN = `update etl.sync_runs
	set status = 'failed', finished_at = now(), lease_until = null,
		error = '{"class": "reconnect_required", "message": "The connection was ended during a sync. Connect the tenant again to continue."}'
	where integration_id = $1 and status = 'running'`;

// PENDING becomes ACTIVE with the next token. If n8n keeps the token, only DISABLED stops the syncs.
const REMOVE_TOKENS = `update integrations
	set access_token = '', refresh_token = null, expires_at = null,
		metadata = ${METADATA_WITHOUT_CONSENT},
		status = case when status = 'DISABLED' or metadata ->> 'authentication' = 'n8n' then 'DISABLED' else 'PENDING' end
			::integration_status
	where id = $1 and (access_token <> '' or refresh_token is not null or status in ('ACTIVE', 'ERROR'))`;
