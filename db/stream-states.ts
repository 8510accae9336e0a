import type { Pool } from 'pg';

import { withIsoInstants } from './instants';
import { inTenant } from './transaction';

/** How far a stream of an account has been read, and when that was noted (ISO 8601 in UTC). */
export interface StreamState {
	state: Record<string, unknown>;
	updatedAt: string;
}

/** How far every stream of an integration has been read, by `<account id>/<stream>`. */
export async function readStates(
	pool: Pool,
	{ tenantId, integrationId }: { tenantId: string; integrationId: string },
): Promise<Map<string, StreamState>> {
	return await inTenant(pool, tenantId, async (client) => {
		const { rows } = await client.query<StreamState & { place: string }>(
			`select account_id || '/' || stream as place, state, updated_at as "updatedAt"
			from etl.stream_states where integration_id = $1`,
			[integrationId],
		);
		return new Map(rows.map(withIsoInstants).map(({ place, ...state }) => [place, state]));
	});
}
