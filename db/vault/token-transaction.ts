import type { Pool, PoolClient } from 'pg';

import { inTenant } from '../postgres/transaction';

// A provider that accepts each refresh token once never returns a pair again. A server configured for asynchronous
// commits may lose recent ones in a crash; token commits must not be among them.
const DURABLE = `select set_config('synchronous_commit', 'on', true)
	where current_setting('synchronous_commit') in ('off', 'local')`;

/** Runs a tenant's transaction as the role that may read and write its tokens. */
export async function asTokenKeeper<T>(
	pool: Pool,
	tenantId: string,
	work: (client: PoolClient) => Promise<T>,
): Promise<T> {
	return await inTenant(pool, tenantId, work, 'zixly_tokens');
}

/** The same, with a commit that survives a crash of the server. */
export async function asTokenKeeperDurably<T>(
	pool: Pool,
	tenantId: string,
	work: (client: PoolClient) => Promise<T>,
): Promise<T> {
	return await asTokenKeeper(pool, tenantId, async (client) => {
		await client.query(DURABLE);
		return await work(client);
	});
}
