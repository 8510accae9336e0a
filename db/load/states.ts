import type { PoolClient } from 'pg';

import type { LoadChunk } from './chunk';
import { isStorableJson, jsonText } from './column-values';
import type { LoadState } from './input';

const SAVE = `insert into etl.stream_states
	(integration_id, account_id, stream, tenant_id, state, sync_run_id, updated_at)
select $1, i.account_id, i.stream, $2, i.state::jsonb, $3, now()
from unnest($4::text[], $5::text[], $6::text[]) as i(account_id, stream, state)
order by i.account_id, i.stream
on conflict (integration_id, account_id, stream) do update
set state = excluded.state, sync_run_id = excluded.sync_run_id`;

/** Stores how far the streams were read, in the same transaction as the rows before. Uploads have no state. */
export async function saveStates(client: PoolClient, chunk: LoadChunk): Promise<void> {
	const latest = new Map<string, LoadState>();
	for (const one of chunk.states) if (one.state) latest.set(JSON.stringify([one.accountId, one.stream]), one);
	if (latest.size === 0 || chunk.integrationId === null) return;
	const states = [...latest.values()];
	await client.query(SAVE, [
		chunk.integrationId,
		chunk.tenantId,
		chunk.syncRunId,
		states.map(({ accountId }) => accountId),
		states.map(({ stream }) => stream),
		states.map(({ state }) => JSON.stringify(state)),
	]);
}

/** In bytes, as PostgreSQL prints it: the limit of `etl.stream_states`. */
const MAX_STATE = 1_024;

/** Counts at least what PostgreSQL does: it adds blanks between values, and writes every digit of a number. */
export function isStorableState(state: object): boolean {
	const text = jsonText(state);
	// A small text first: what follows costs time and stack by the size and depth of the state.
	if (text === undefined || text.length > MAX_STATE || !isStorableJson(text)) return false;
	const blanks = text.match(/[:,]/g)?.length ?? 0;
	return Buffer.byteLength(text) + blanks <= MAX_STATE && !hasExponent(state);
}

const hasExponent = (value: unknown): boolean =>
	typeof value === 'number'
		? String(value).includes('e')
		: typeof value === 'object' && value !== null && Object.values(value).some(hasExponent);
