import type { Pool, PoolClient } from 'pg';

import { integrationById, type IntegrationSummary } from './integrations';
import { inTenant, withRetries } from './transaction';

/** What the operator changes; what is left out stays, and an empty text takes a setting away. */
export interface IntegrationChanges {
	basis?: string;
	businessId?: string;
	historyStart?: string;
	timezone?: string;
	/** By key. */
	streams?: { enable: readonly string[]; disable: readonly string[] };
	/** By the provider's id. */
	accounts?: { enable: readonly string[]; disable: readonly string[] };
}

/**
 * Changes the settings of a connection, all of them or none; the next sync goes by them.
 * @throws Error where there is no such connection, or an account is none of its
 */
export async function updateIntegration(
	pool: Pool,
	integrationId: string,
	changes: IntegrationChanges,
): Promise<IntegrationSummary> {
	const { tenantId } = await integrationById(pool, integrationId);
	await withRetries(
		async () =>
			await inTenant(pool, tenantId, async (client) => {
				await changeMetadata(client, integrationId, changes);
				const { enable = [], disable = [] } = changes.accounts ?? {};
				await switchAccounts(client, integrationId, enable, true);
				await switchAccounts(client, integrationId, disable, false);
			}),
	);
	return await integrationById(pool, integrationId);
}

async function changeMetadata(
	client: PoolClient,
	integrationId: string,
	{ streams, basis, businessId, historyStart, timezone }: IntegrationChanges,
): Promise<void> {
	const { rows } = await client.query<{ metadata: Record<string, unknown> | null }>(
		'select metadata from integrations where id = $1 for no key update',
		[integrationId],
	);
	const before = rows[0]?.metadata ?? {};
	const after = new Map(Object.entries(before));
	for (const [name, text] of Object.entries({ basis, businessId, historyStart, timezone })) {
		if (text === '') after.delete(name);
		else if (text !== undefined) after.set(name, text);
	}
	if (streams) after.set('disabledStreams', disabledStreams(before.disabledStreams, streams));
	await client.query(
		'update integrations set metadata = $2 where id = $1 and metadata is distinct from $2::jsonb',
		[integrationId, JSON.stringify(Object.fromEntries(after))],
	);
}

function disabledStreams(before: unknown, { enable, disable }: NonNullable<IntegrationChanges['streams']>) {
	const all = new Set([...(Array.isArray(before) ? before : []), ...disable]);
	for (const stream of enable) all.delete(stream);
	return [...all];
}

async function switchAccounts(
	client: PoolClient,
	integrationId: string,
	accountIds: readonly string[],
	enabled: boolean,
): Promise<void> {
	const { rows } = await client.query<{ id: string }>(
		`with wanted as (select distinct unnest($2::text[]) as id), changed as (
			update etl.accounts a set enabled = $3 from wanted w
			where a.integration_id = $1 and a.account_id = w.id and a.enabled <> $3
		)
		select id from wanted w
		where not exists (select from etl.accounts a where a.integration_id = $1 and a.account_id = w.id)`,
		[integrationId, accountIds, enabled],
	);
	if (rows.length === 0) return;
	const named = rows.map(({ id }) => `"${id}"`).join(', ');
	throw new Error(
		`Nothing was changed, since this connection has no account ${named}. Connection: Get Accounts lists those it has.`,
	);
}

/**
 * Ends a connection: its tokens are removed, its accounts are free for another tenant, and a run that is going on
 * stores nothing more. Its data, settings and states stay, so that connecting again goes on where it stopped.
 * @throws Error where there is no such connection
 */
export async function disconnectIntegration(
	pool: Pool,
	integrationId: string,
): Promise<IntegrationSummary & { accountsFreed: number; runClosed: boolean }> {
	const { tenantId } = await integrationById(pool, integrationId);
	const done = await withRetries(
		async () =>
			await inTenant(pool, tenantId, async (client) => {
				// The run first, as the loader does, so that the two cannot wait for each other in a circle.
				const { rowCount: runs } = await client.query(CLOSE_RUN, [integrationId]);
				await client.query(REMOVE_TOKENS, [integrationId]);
				const { rowCount: accounts } = await client.query(
					'delete from etl.accounts where integration_id = $1',
					[integrationId],
				);
				return { accountsFreed: accounts ?? 0, runClosed: runs === 1 };
			}),
	);
	return { ...(await integrationById(pool, integrationId)), ...done };
}

const CLOSE_RUN = `update etl.sync_runs
	set status = 'failed', finished_at = now(), lease_until = null,
		error = '{"class": "reconnect_required", "message": "The connection was ended while it was being synced. Connect the tenant again to go on."}'
	where integration_id = $1 and status = 'running'`;

// One that waits for its token becomes ACTIVE with it; where n8n keeps the token, only switching it off ends the syncs.
const REMOVE_TOKENS = `update integrations
	set access_token = '', refresh_token = null, expires_at = null,
		status = case when status = 'DISABLED' or metadata ->> 'authentication' = 'n8n' then 'DISABLED' else 'PENDING' end
			::integration_status
	where id = $1`;
