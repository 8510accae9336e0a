import type { Pool, PoolClient } from 'pg';

import { inTenant } from './transaction';

/** Whose accounts. */
export interface AccountOwner {
	tenantId: string;
	integrationId: string;
	provider: string;
}

export interface AccountFacts {
	id: string;
	name: string;
	timezone: string;
	currency: string;
}

export interface StoredAccount extends AccountFacts {
	/** Whether the operator wants it read. */
	enabled: boolean;
}

/**
 * Notes the accounts behind an integration. One that belongs to another tenant's integration is refused and named in
 * `conflicts`; the others are saved all the same.
 */
export async function saveAccounts(
	pool: Pool,
	owner: AccountOwner,
	accounts: readonly AccountFacts[],
): Promise<{ saved: StoredAccount[]; conflicts: string[] }> {
	// Written in one order, so that two who save the same accounts cannot wait for each other.
	const ordered = [...accounts].sort((one, other) => (one.id < other.id ? -1 : 1));
	const stored = await inTenant(pool, owner.tenantId, async (client) => {
		const byId = new Map<string, StoredAccount | undefined>();
		for (const account of ordered) byId.set(account.id, await saveAccount(client, owner, account));
		return byId;
	});
	return {
		saved: accounts.map(({ id }) => stored.get(id)).filter((account) => account !== undefined),
		conflicts: accounts.map(({ id }) => id).filter((id) => !stored.get(id)),
	};
}

/** The accounts of an integration that are to be read. */
export async function enabledAccounts(
	pool: Pool,
	owner: AccountOwner,
): Promise<Array<{ id: string; name: string }>> {
	return await inTenant(pool, owner.tenantId, async (client) => {
		const { rows } = await client.query<{ id: string; name: string | null }>(
			'select account_id as id, name from etl.accounts where integration_id = $1 and enabled order by account_id',
			[owner.integrationId],
		);
		return rows.map(({ id, name }) => ({ id, name: name ?? id }));
	});
}

// Nothing is updated where nothing changed; a row of another tenant is invisible, and its key is in the way.
async function saveAccount(
	client: PoolClient,
	{ tenantId, integrationId, provider }: AccountOwner,
	{ id, name, timezone, currency }: AccountFacts,
): Promise<StoredAccount | undefined> {
	const values = [integrationId, tenantId, provider, id, name, timezone, currency];
	await client.query(
		`insert into etl.accounts (integration_id, tenant_id, provider, account_id, name, timezone, currency)
		values ($1, $2, $3, $4, $5, $6, $7) on conflict (provider, account_id) do nothing`,
		values,
	);
	await client.query(
		`update etl.accounts set integration_id = $1, name = $5, timezone = $6, currency = $7
		where tenant_id = $2 and provider = $3 and account_id = $4
			and (integration_id, name, timezone, currency) is distinct from ($1, $5, $6, $7)`,
		values,
	);
	const { rows } = await client.query<{ enabled: boolean }>(
		'select enabled from etl.accounts where tenant_id = $1 and provider = $2 and account_id = $3',
		[tenantId, provider, id],
	);
	return rows[0] && { id, name, timezone, currency, enabled: rows[0].enabled };
}

/** An account as the operator sees it, with how far its streams have been read. */
export interface AccountSummary {
	accountId: string;
	name: string | null;
	timezone: string | null;
	currency: string | null;
	enabled: boolean;
	streams: Array<{ stream: string; readAt: string }>;
}

/** Every account behind an integration, by name. */
export async function listAccounts(
	pool: Pool,
	{ tenantId, integrationId }: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
): Promise<AccountSummary[]> {
	return await inTenant(pool, tenantId, async (client) => {
		const { rows } = await client.query<AccountSummary>(
			`select a.account_id as "accountId", a.name, a.timezone, a.currency, a.enabled,
				coalesce((
					select jsonb_agg(jsonb_build_object('stream', s.stream,
						'readAt', to_char(s.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by s.stream)
					from etl.stream_states s where s.integration_id = $1 and s.account_id = a.account_id
				), '[]') as streams
			from etl.accounts a where a.integration_id = $1 order by lower(a.name), a.account_id`,
			[integrationId],
		);
		return rows;
	});
}
