import type { Pool, PoolClient } from 'pg';

import { inTenant } from '../postgres/transaction';

// A provider that takes each refresh token once gives a pair never again: where the server may lose the latest commits
// in a crash to be faster, these it may not.
const DURABLE = `select set_config('synchronous_commit', 'on', true)
	where current_setting('synchronous_commit') in ('off', 'local')`;

/** One transaction of a tenant by the role that may read and write its tokens. */
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
