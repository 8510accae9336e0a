import type { Pool } from 'pg';

import { isLocked } from '../postgres/sqlstate';
import { withRetries } from '../postgres/retries';
import { readKeyId, VaultError } from './cipher';
import type { KeyRing } from './key-ring';
import { openTokens, sealTokens, type SealedTokens } from './sealed-tokens';
import type { TokenOwner } from './token-set';
import { asTokenKeeper, asTokenKeeperDurably } from './token-transaction';

/** The stored tokens of a connection, still sealed. */
export interface OwnedTokens extends TokenOwner, SealedTokens {}

/** Why a connection's tokens cannot be opened. Names the key, never the text. */
export interface UnreadableTokens extends TokenOwner {
	reason: string;
}

/** `left`: a refresh is running, or the tokens were changed meanwhile; they are to be visited again. */
export type ResealOutcome = 'rotated' | 'current' | 'left' | UnreadableTokens;

/** Reads the sealed tokens of some of a tenant's connections. Those without any are left out. */
export async function readOwnedTokens(
	pool: Pool,
	tenantId: string,
	integrationIds: readonly string[],
): Promise<OwnedTokens[]> {
	const { rows } = await withRetries(
		async () =>
			await asTokenKeeper(pool, tenantId, (client) => client.query<OwnedTokens>(READ, [integrationIds])),
	);
	return rows;
}

const READ = `select tenant_id as "tenantId", id as "integrationId", provider, access_token as "accessToken",
		refresh_token as "refreshToken", expires_at as "expiresAt"
	from integrations where id = any ($1) and (access_token <> '' or refresh_token is not null)
	order by id`;

/**
 * Seals the tokens of a connection under the ring's active key, if they still are what was read and nobody is refreshing
 * them. With `dryRun` only opens them.
 */
export async function reseal(
	pool: Pool,
	ring: KeyRing,
	sealed: OwnedTokens,
	dryRun: boolean,
): Promise<ResealOutcome> {
	try {
		const next = sealAgain(ring, sealed);
		if (!next) return 'current';
		return dryRun || (await swap(pool, sealed, next)) ? 'rotated' : 'left';
	} catch (error) {
		if (isLocked(error)) return 'left';
		if (!(error instanceof VaultError)) throw error;
		const { tenantId, integrationId, provider } = sealed;
		return { tenantId, integrationId, provider, reason: error.message };
	}
}

/** @returns undefined if the active key sealed both. Opens them all the same: a damaged one must not pass as rotated. */
function sealAgain(ring: KeyRing, sealed: OwnedTokens): SealedTokens | undefined {
	const tokens = openTokens(ring, sealed, sealed);
	const texts = [sealed.accessToken, sealed.refreshToken ?? ''].filter((text) => text !== '');
	return texts.every((text) => readKeyId(text) === ring.activeKeyId)
		? undefined
		: sealTokens(ring, sealed, tokens);
}

/**
 * Durable, since the operator throws the old key away afterwards.
 *
 * A refresh by a process that does not have the new key yet must not begin between the look at the lease and the commit:
 * it could not store its pair over the new text. Both rows are locked therefore: a new lease references the integration,
 * which waits for the first lock, and taking an expired lease over waits for the second.
 */
async function swap(pool: Pool, before: OwnedTokens, next: SealedTokens): Promise<boolean> {
	const { tenantId, integrationId } = before;
	return await withRetries(
		async () =>
			await asTokenKeeperDurably(pool, tenantId, async (client) => {
				const { rowCount } = await client.query(LOCK, [
					integrationId,
					before.accessToken,
					before.refreshToken,
				]);
				if (rowCount !== 1) return false;
				const swapped = await client.query(SWAP, [integrationId, next.accessToken, next.refreshToken]);
				return swapped.rowCount === 1;
			}),
	);
}

// A locked row is visited again later: the others do not wait for it.
const LOCK = `select from integrations
	where id = $1 and access_token = $2 and refresh_token is not distinct from $3
	for update skip locked`;

const SWAP = `with lease as (select until from etl.refresh_leases where integration_id = $1 for update)
	update integrations set access_token = $2, refresh_token = $3
	where id = $1 and not exists (select from lease where until > now())`;
