import type { Pool } from 'pg';

import { inTenant } from './transaction';

/** How far every stream of an integration has been read, by `<account id>/<stream>`. */
export async function readStates(
	pool: Pool,
	{ tenantId, integrationId }: { tenantId: string; integrationId: string },
): Promise<Map<string, Record<string, unknown>>> {
	return await inTenant(pool, tenantId, async (client) => {
		const { rows } = await client.query<{ place: string; state: Record<string, unknown> }>(
			`select account_id || '/' || stream as place, state from etl.stream_states where integration_id = $1`,
			[integrationId],
		);
		return new Map(rows.map(({ place, state }) => [place, state]));
	});
}
