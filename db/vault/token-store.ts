import type { Pool, PoolClient } from 'pg';

import type { KeyRing } from './key-ring';
import { withRetries } from '../postgres/retries';
import { openTokens, sealTokens, type SealedTokens } from './sealed-tokens';
import { asTokenKeeper, asTokenKeeperDurably } from './token-transaction';
import { unknownIntegration } from './token-errors';
import type { TokenOwner, TokenSet } from './token-set';

/** How a token pair was obtained from a provider. */
export interface Exchange {
	/** The refresh token that it was exchanged for. */
	obtainedWith: string;
	/** The lease holder when the provider was asked. */
	holder: string;
}

/**
 * Seals and stores the tokens of a new consent; a PENDING or ERROR integration becomes ACTIVE. Ends the lease of any
 * refresh of the previous tokens.
 */
export async function storeTokens(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
	tokens: TokenSet,
): Promise<void> {
	const values = [owner.integrationId, ...sealedValues(ring, owner, tokens), owner.provider];
	const store = async (client: PoolClient): Promise<void> => {
		// The statement checks the provider: tokens sealed for another one could never be opened again.
		const { rowCount } = await client.query(STORE, values);
		if (rowCount !== 1) throw unknownIntegration(owner);
		await client.query('delete from etl.refresh_leases where integration_id = $1', [owner.integrationId]);
	};
	await withRetries(async () => await asTokenKeeperDurably(pool, owner.tenantId, store));
}

const WITH_SCOPES = `metadata = case when $5::jsonb is null then metadata
	else coalesce(metadata, '{}') || jsonb_build_object('scopes', $5::jsonb) end`;

const STORE = `update integrations set access_token = $2, refresh_token = $3, expires_at = $4, ${WITH_SCOPES},
	status = case when status in ('PENDING', 'ERROR') then 'ACTIVE' else status end
	where id = $1 and provider = $6`;

/** Opens the stored tokens. @throws VaultError if they cannot be opened */
export async function readTokens(pool: Pool, ring: KeyRing, owner: TokenOwner): Promise<TokenSet> {
	return (await readTokensAndLease(pool, ring, owner)).tokens;
}

/**
 * Opens the stored tokens and tells until when another holder may be asking the provider for newer ones; null if there is
 * none. @throws VaultError if they cannot be opened
 */
export async function readTokensAndLease(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
): Promise<{ tokens: TokenSet; leasedUntil: Date | null }> {
	return await asTokenKeeper(pool, owner.tenantId, async (client) => {
		const sealed = await readSealed(client, owner);
		if (!sealed) throw unknownIntegration(owner);
		const { rows } = await client.query<{ until: Date }>(
			'select until from etl.refresh_leases where integration_id = $1 and until > now()',
			[owner.integrationId],
		);
		return { tokens: openTokens(ring, owner, sealed), leasedUntil: rows[0]?.until ?? null };
	});
}

/**
 * Replaces the pair that a refreshed pair was obtained with, and ends the lease that it was obtained under, even if
 * another holder has taken it over. Safe to repeat.
 * @returns false if the stored pair is newer or the connection no longer exists: the pair is useless then
 */
export async function replaceTokens(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
	tokens: TokenSet,
	{ obtainedWith, holder }: Exchange,
): Promise<boolean> {
	return await asTokenKeeperDurably(pool, owner.tenantId, async (client) => {
		const sealed = await readSealed(client, owner, 'for no key update');
		if (!sealed) return false;
		const { rows } = await client.query(END_LEASE, [owner.integrationId, holder]);
		const stored = openTokens(ring, owner, sealed);
		// An earlier commit succeeded and only the server's answer was lost.
		if (isSamePair(stored, tokens)) return true;
		if (stored.refreshToken !== obtainedWith) return false;
		const wasRefused = rows.length > 0;
		await client.query(REPLACE, [owner.integrationId, ...sealedValues(ring, owner, tokens), wasRefused]);
		return true;
	});
}

// Also ends a lease under which the provider refused the grant because this pair existed. Returns a row for such one.
const END_LEASE = `with ended as (
		delete from etl.refresh_leases where integration_id = $1 and (holder = $2 or refused)
		returning refused
	)
	select from ended where refused`;

const REPLACE = `update integrations set access_token = $2, refresh_token = $3, expires_at = $4, ${WITH_SCOPES},
	status = case when $6 and status = 'ERROR' then 'ACTIVE' else status end
	where id = $1`;

function isSamePair(stored: TokenSet, { accessToken, refreshToken }: TokenSet): boolean {
	return stored.accessToken === accessToken && stored.refreshToken === refreshToken;
}

/** The stored tokens of an integration, in a transaction of its tenant as `zixly_tokens`. */
export async function readSealed(
	client: PoolClient,
	owner: TokenOwner,
	lock: '' | 'for no key update' = '',
): Promise<SealedTokens | undefined> {
	const { rows } = await client.query<SealedTokens>(
		`select access_token as "accessToken", refresh_token as "refreshToken", expires_at as "expiresAt"
		from integrations where id = $1 and provider = $2 ${lock}`,
		[owner.integrationId, owner.provider],
	);
	return rows[0];
}

/** The column values of a pair: both tokens sealed, the expiry, the scopes as JSON. */
function sealedValues(ring: KeyRing, owner: TokenOwner, tokens: TokenSet): unknown[] {
	const { accessToken, refreshToken, expiresAt } = sealTokens(ring, owner, tokens);
	return [accessToken, refreshToken, expiresAt, tokens.scopes ? JSON.stringify(tokens.scopes) : null];
}
