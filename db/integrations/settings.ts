import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { chooseAccounts, releaseAccounts, type AccountEntry } from './accounts';
import { integrationById, type IntegrationSummary } from './integrations';
import { retryInTenant } from '../postgres/retries';

/** The operator's changes. Omitted settings are kept; an empty text removes a setting. */
export interface IntegrationChanges {
	basis?: string;
	businessId?: string;
	historyStart?: string;
	timezone?: string;
	/** By key. */
	streams?: { enable: readonly string[]; disable: readonly string[] };
	/** `consent`: all accounts that the consent covers, if the provider lists them; `chosen`: the enabled ones. */
	readAccounts?: 'chosen' | 'consent';
	accounts?: AccountChanges;
}

/** Accounts by the provider's id. */
export interface AccountChanges {
	/** May include accounts that the connection does not have yet. */
	enable: readonly AccountEntry[];
	disable: readonly string[];
	/** Released and disabled, so that another tenant may have them. */
	release?: readonly string[];
}

/**
 * Changes the settings of a connection, all of them or none; they take effect with the next sync.
 * @throws Error if there is no such connection, if another connection has an account to enable, or if this one does not
 *   have an account to disable or release
 */
export async function updateIntegration(
	pool: Pool,
	integrationId: string,
	changes: IntegrationChanges,
): Promise<IntegrationSummary> {
	const { tenantId } = await integrationById(pool, integrationId);
	await retryInTenant(pool, tenantId, async (client) => {
		await changeMetadata(client, integrationId, changes);
		if (changes.accounts) await changeAccounts(client, { tenantId, integrationId }, changes.accounts);
	});
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
	throw new ExplainedError(
		`Nothing was changed because this connection has no account ${quoteNames(rows.map(({ id }) => id))}.`,
		'Connection: Get Accounts lists its accounts.',
	);
}

const quoteNames = (ids: readonly string[]): string => ids.map((id) => `"${id}"`).join(', ');
