import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../../postgres/explained-error';
import { withRetries } from '../../postgres/retries';
import { actAs } from '../../postgres/transaction';
import { VaultError } from '../../vault/cipher';
import type { KeyRing } from '../../vault/key-ring';
import { openTokens, sealTokens } from '../../vault/sealed-tokens';
import { FIXED_TOKEN } from '../../vault/token-kind';
import type { TokenOwner, TokenSet } from '../../vault/token-set';
import { readSealed } from '../../vault/token-store';
import { asTokenKeeperDurably } from '../../vault/token-transaction';
import { takeAccounts, type AccountEntry } from '../accounts';
import { METADATA_WITHOUT_CONSENT } from './consent-metadata';
import { noteEvent } from './events';

/** Tokens from elsewhere: of a consent that another system obtained, or one that a person made at the provider. */
export interface ImportedTokens {
	tenantId: string;
	provider: string;
	kind: 'consent' | 'fixed';
	tokens: TokenSet;
	/** Settings, and what calls need, such as the API's address. */
	metadata: Readonly<Record<string, string>>;
	/** What the connection is to read. The first sync checks that the token reaches them. */
	accounts: readonly AccountEntry[];
}

/** `unchanged`: the same tokens were stored already. */
export interface Imported {
	result: 'imported' | 'unchanged';
	integrationId: string;
}

/**
 * Seals tokens from elsewhere and makes the connection, in one transaction. Safe to repeat.
 * @throws ExplainedError if there is no such tenant, if it is connected already, or if another connection has an account
 */
export async function importTokens(pool: Pool, ring: KeyRing, imported: ImportedTokens): Promise<Imported> {
	const { tenantId, provider, accounts } = imported;
	return await withRetries(
		async () =>
			await asTokenKeeperDurably(pool, tenantId, async (client) => {
				const integrationId = await lockIntegration(client, imported);
				const owner: TokenOwner = { tenantId, integrationId, provider };
				if (await hasSameTokens(client, ring, owner, imported.tokens))
					return { result: 'unchanged', integrationId };
				const taken = await takeAccounts(client, owner, accounts);
				if (taken.length > 0) throw accountsTaken(taken);
				await actAs(client, 'zixly_tokens');
				await store(client, ring, owner, imported);
				return { result: 'imported', integrationId };
			}),
	);
}

async function lockIntegration(client: PoolClient, { tenantId, provider }: ImportedTokens): Promise<string> {
	await actAs(client, 'zixly_app');
	const { rowCount } = await client.query('select from tenants where id = $1', [tenantId]);
	if (rowCount !== 1)
		throw new ExplainedError(`There is no tenant "${tenantId}".`, 'zixly tenant list shows them.');
	await client.query(
		`insert into integrations (id, tenant_id, provider, status, metadata) values ($1, $2, $3, 'PENDING', '{}')
		on conflict (tenant_id, provider) do nothing`,
		[cuid(), tenantId, provider],
	);
	const { rows } = await client.query<{ id: string; keptByN8n: boolean }>(
		`select id, coalesce(metadata ->> 'authentication' = 'n8n', false) as "keptByN8n"
		from integrations where provider = $1 for no key update`,
		[provider],
	);
	await actAs(client, 'zixly_tokens');
	if (!rows[0]!.keptByN8n) return rows[0]!.id;
	throw new ExplainedError(
		'This tenant is connected to this provider through an n8n credential.',
		'Two owners of one connection would end each other’s tokens. Leave it, or import for another tenant.',
	);
}

async function hasSameTokens(
	client: PoolClient,
	ring: KeyRing,
	owner: TokenOwner,
	tokens: TokenSet,
): Promise<boolean> {
	const sealed = await readSealed(client, owner);
	if (!sealed || (sealed.accessToken === '' && sealed.refreshToken === null)) return false;
	try {
		const stored = openTokens(ring, owner, sealed);
		if (stored.accessToken === tokens.accessToken && stored.refreshToken === tokens.refreshToken) return true;
	} catch (error) {
		// Tokens of a lost key are no connection any more.
		if (error instanceof VaultError) return false;
		throw error;
	}
	throw new ExplainedError(
		'This tenant is connected to this provider already, with other tokens.',
		'End that connection first: zixly connection disconnect.',
	);
}

const accountsTaken = (ids: readonly string[]): Error =>
	new ExplainedError(
		`Another connection has the account ${ids.map((id) => `"${id}"`).join(', ')}.`,
		'An account belongs to one connection at a time: release it there first.',
	);

async function store(
	client: PoolClient,
	ring: KeyRing,
	owner: TokenOwner,
	{ tokens, metadata, kind, accounts }: ImportedTokens,
): Promise<void> {
	const sealed = sealTokens(ring, owner, tokens);
	const described = {
		...metadata,
		...(tokens.scopes && { scopes: tokens.scopes }),
		...(kind === 'fixed' && FIXED_TOKEN),
	};
	await client.query(STORE, [
		...[owner.integrationId, sealed.accessToken, sealed.refreshToken, sealed.expiresAt],
		JSON.stringify(described),
	]);
	await client.query('delete from etl.refresh_leases where integration_id = $1', [owner.integrationId]);
	await noteEvent(client, { ...owner, event: 'connected', accounts, actor: 'zixly connection import' });
}

// What described earlier tokens goes; settings stay.
const STORE = `update integrations set access_token = $2, refresh_token = $3, expires_at = $4,
	metadata = ${METADATA_WITHOUT_CONSENT} || $5::jsonb,
	status = case when status = 'DISABLED' then status else 'ACTIVE' end
	where id = $1`;
