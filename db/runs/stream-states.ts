import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { withIsoInstants } from '../postgres/rows';
import { actAs, inTenant } from '../postgres/transaction';

/** How far a stream of an account has been read, and when that was stored (ISO 8601 in UTC). */
export interface StreamState {
	state: Record<string, unknown>;
	updatedAt: string;
}

/** The states of all streams of an integration, by `<account id>/<stream>`. */
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

export interface StateChoice {
	tenantId: string;
	integrationId: string;
	/** Only this account. */
	accountId?: string;
	/** Only this stream. */
	stream?: string;
}

/**
 * Deletes states, so that the next sync reads the streams from the beginning. Data is kept.
 * @returns the streams whose state was deleted
 * @throws Error during a run, which would store its state again at its end
 */
export async function resetStates(
	pool: Pool,
	{ tenantId, integrationId, accountId = '', stream = '' }: StateChoice,
): Promise<Array<{ accountId: string; stream: string }>> {
	return await inTenant(pool, tenantId, async (client) => {
		await assertNotRunning(client, integrationId);
		await actAs(client, 'zixly_loader');
		const { rows } = await client.query<{ accountId: string; stream: string }>(
			`delete from etl.stream_states
			where integration_id = $1 and ($2 = '' or account_id = $2) and ($3 = '' or stream = $3)
			returning account_id as "accountId", stream`,
			[integrationId, accountId, stream],
		);
		return rows;
	});
}

async function assertNotRunning(client: PoolClient, integrationId: string): Promise<void> {
	// A concurrent claim waits for this lock.
	await client.query('select from integrations where id = $1 for update', [integrationId]);
	const { rows } = await client.query<{ since: Date }>(
		"select started_at as since from etl.sync_runs where integration_id = $1 and status = 'running'",
		[integrationId],
	);
	if (!rows[0]) return;
	const since = rows[0].since.toISOString();
	throw new ExplainedError(
		`Nothing was reset because a sync of this connection has been running since ${since} and would store its state at its end.`,
		'Try again then.',
	);
}
