import type { Pool } from 'pg';

import { createIntegration } from '../../../db/integrations/integrations';
import type { KeyRing } from '../../../db/vault/key-ring';
import { createTenant } from '../../../db/integrations/tenants';
import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { storeTokens } from '../../../db/vault/token-store';
import { pairOf } from '../http/token-server';

/** A new tenant with a connection to a provider that still waits for its token. */
export async function newConnection(pool: Pool, name: string, provider = 'xero'): Promise<TokenOwner> {
	const { id: tenantId } = await createTenant(pool, { name });
	const { integrationId } = await createIntegration(pool, { tenantId, provider, authentication: 'stored' });
	return { tenantId, integrationId, provider };
}

/** A pair of tokens of which the access token ended a minute ago. */
function expiredPair(): TokenSet {
	return { ...pairOf(0), expiresAt: new Date(Date.now() - 60_000) };
}

/** A new tenant whose stored access token has ended. */
export async function newExpiredConnection(pool: Pool, ring: KeyRing, name: string): Promise<TokenOwner> {
	const owner = await newConnection(pool, name);
	await storeTokens(pool, ring, owner, expiredPair());
	return owner;
}
