import type { Pool, PoolClient } from 'pg';

import { chooseAccounts, releaseAccounts, type AccountEntry } from './accounts';
import { integrationById, type IntegrationSummary } from './integrations';
import { actAs, inTenant, withRetries } from '../postgres/transaction';

/** What the operator changes; what is left out stays, and an empty text takes a setting away. */
export interface IntegrationChanges {
	basis?: string;
	businessId?: string;
	historyStart?: string;
	timezone?: string;
	/** By key. */
	streams?: { enable: readonly string[]; disable: readonly string[] };
	/** `consent`: all that a consent reaches, where the provider says what that is; `chosen`: those that are enabled. */
	readAccounts?: 'chosen' | 'consent';
	accounts?: AccountChanges;
}

/** By the provider's id. */
export interface AccountChanges {
	/** Also those that the connection does not have yet. */
	enable: readonly AccountEntry[];
	disable: readonly string[];
	/** Given up and switched off: another tenant may have them. */
	release?: readonly string[];
}

/**
 * Changes the settings of a connection, all of them or none; the next sync goes by them.
 * @throws Error where there is no such connection, or an account is another connection's, or none of its
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
				if (changes.accounts) await changeAccounts(client, { tenantId, integrationId }, changes.accounts);
			}),
	);
	return await integrationById(pool, integrationId);
}

async function changeAccounts(
	client: PoolClient,
	owner: { tenantId: string; integrationId: string },
	{ enable, disable, release = [] }: AccountChanges,
): Promise<void> {
	await assertHas(client, owner.integrationId, [...disable, ...release]);
	if (release.length > 0) await releaseAccounts(client, owner, release);
	if (disable.length > 0) await client.query(SWITCH_OFF, [owner.integrationId, disable]);
	await chooseAccounts(client, owner, enable);
}

const SWITCH_OFF = `update etl.accounts set enabled = false
	where integration_id = $1 and account_id = any ($2) and enabled`;

async function changeMetadata(
	client: PoolClient,
	integrationId: string,
	{ streams, basis, businessId, historyStart, timezone, readAccounts }: IntegrationChanges,
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
	if (readAccounts === 'consent') after.set('accounts', 'consent');
	else if (readAccounts === 'chosen') after.delete('accounts');
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

async function assertHas(
	client: PoolClient,
	integrationId: string,
	accountIds: readonly string[],
): Promise<void> {
	const { rows } = await client.query<{ id: string }>(
		`select w.id from unnest($2::text[]) as w (id)
		where not exists (select from etl.accounts a where a.integration_id = $1 and a.account_id = w.id)`,
		[integrationId, accountIds],
	);
	if (rows.length === 0) return;
	throw new Error(
		`Nothing was changed, since this connection has no account ${quoted(rows.map(({ id }) => id))}. ` +
			'Connection: Get Accounts lists those it has.',
	);
}

const quoted = (ids: readonly string[]): string => ids.map((id) => `"${id}"`).join(', ');

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
				await actAs(client, 'zixly_tokens');
				await client.query(REMOVE_TOKENS, [integrationId]);
				const accountsFreed = await releaseAccounts(client, { tenantId, integrationId });
				return { accountsFreed, runClosed: runs === 1 };
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
