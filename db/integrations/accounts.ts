import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { withIsoInstants } from '../postgres/rows';
import { asWorker, asWorkerWithin, inTenant } from '../postgres/transaction';

/** The connection that accounts belong to. */
export interface AccountOwner {
	tenantId: string;
	integrationId: string;
	provider: string;
}

/** An account to add, with its name if known. */
export interface AccountEntry {
	id: string;
	name: string | null;
}

/** The facts of an account; null if the provider does not state them. */
export interface AccountFacts extends AccountEntry {
	/** IANA. */
	timezone: string | null;
	/** ISO 4217. */
	currency: string | null;
}

/** An account of a connection. */
export interface EnteredAccount extends AccountFacts {
	/** Whether the operator has enabled it for reading. */
	enabled: boolean;
	/** Whether it was released, so that another tenant may have it. */
	released: boolean;
}

/** The accounts of a connection and the settings that choose among them. */
export interface AccountChoice {
	/** The connection's current settings. */
	metadata: Record<string, unknown>;
	/** Every account that it has or has had. */
	accounts: EnteredAccount[];
}

/** The outcome of adding accounts, by id: another connection has those in `taken`. */
export interface Entered {
	entered: string[];
	taken: string[];
}

/** The accounts of a connection with its settings. Empty for a connection of another tenant. */
export async function accountChoice(
	pool: Pool,
	{ tenantId, integrationId }: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
): Promise<AccountChoice> {
	return await inTenant(pool, tenantId, async (client) => {
		const { rows } = await client.query<Pick<AccountChoice, 'metadata'>>(
			"select coalesce(metadata, '{}') as metadata from integrations where id = $1",
			[integrationId],
		);
		const { rows: accounts } = await client.query<EnteredAccount>(
			`select account_id as id, name, timezone, currency, enabled, released_at is not null as released
			from etl.accounts where integration_id = $1 order by account_id`,
			[integrationId],
		);
		return { metadata: rows[0]?.metadata ?? {}, accounts };
	});
}

/**
 * Adds accounts that a connection is to read, and takes released ones back. Those that another connection has are listed
 * in `taken`; the others are added regardless.
 */
export async function enterAccounts(
	pool: Pool,
	owner: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
	accounts: readonly AccountEntry[],
): Promise<Entered> {
	return await asWorker(pool, async (client) => await enter(client, owner, accounts, false));
}

/**
 * Adds and enables accounts that a person chose, within a transaction of the tenant.
 * @throws Error if another connection has some of them; it does not tell which tenant's
 */
export async function chooseAccounts(
	client: PoolClient,
	owner: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
	accounts: readonly AccountEntry[],
): Promise<void> {
	const taken = await takeAccounts(client, owner, accounts);
	if (taken.length === 0) return;
	const named = taken.map((id) => `"${id}"`).join(', ');
	throw new ExplainedError(
		`Nothing was changed because another connection has ${named}.`,
		'An account belongs to one connection at a time: release it there with Release in Connection: Update, or with Connection: Disconnect.',
	);
}

/**
 * The same without an error: the caller has to roll back if any are returned.
 * @returns the ids of those that another connection has
 */
export async function takeAccounts(
	client: PoolClient,
	owner: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
	accounts: readonly AccountEntry[],
): Promise<string[]> {
	return (await asWorkerWithin(client, async () => await enter(client, owner, accounts, true))).taken;
}

async function enter(
	client: PoolClient,
	{ tenantId, integrationId }: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
	accounts: readonly AccountEntry[],
	enable: boolean,
): Promise<Entered> {
	if (accounts.length === 0) return { entered: [], taken: [] };
	const { rows } = await client.query<{ id: string; taken: boolean }>(
		'select account_id as id, taken from etl.enter_accounts($1, $2, $3, $4)',
		[tenantId, integrationId, JSON.stringify(accounts.map(({ id, name }) => ({ id, name }))), enable],
	);
	const idsWhere = (taken: boolean): string[] =>
		rows.filter((row) => row.taken === taken).map(({ id }) => id);
	return { entered: idsWhere(false), taken: idsWhere(true) };
}

/**
 * Releases accounts of a connection, within a transaction of the tenant: all, or those in `only`, which are also
 * disabled.
 * @returns the number of released accounts
 */
export async function releaseAccounts(
	client: PoolClient,
	{ tenantId, integrationId }: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
	only: readonly string[] | null = null,
): Promise<number> {
	const { rows } = await asWorkerWithin(
		client,
		async () =>
			await client.query<{ released: string }>('select etl.release_accounts($1, $2, $3) as released', [
				tenantId,
				integrationId,
				only,
			]),
	);
	return Number(rows[0]?.released ?? 0);
}

/** The accounts among `ids` that another connection has. Never tells which tenant's. */
export async function accountsTaken(
	pool: Pool,
	{ integrationId, provider }: Pick<AccountOwner, 'integrationId' | 'provider'>,
	ids: readonly string[],
): Promise<Set<string>> {
	if (ids.length === 0) return new Set();
	const { rows } = await asWorker(
		pool,
		async (client) =>
			await client.query<{ id: string }>('select account_id as id from etl.accounts_taken($1, $2, $3)', [
				integrationId,
				provider,
				ids,
			]),
	);
	return new Set(rows.map(({ id }) => id));
}

/**
 * Stores the facts of an account. Unknown facts overwrite nothing, and an unchanged row is not written.
 * @returns whether the connection has that account
 */
export async function saveAccountFacts(
	pool: Pool,
	{ tenantId, integrationId }: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
	{ id, name, timezone, currency }: AccountFacts,
): Promise<boolean> {
	return await inTenant(pool, tenantId, async (client) => {
		await client.query(
			`update etl.accounts
			set name = coalesce($3, name), timezone = coalesce($4, timezone), currency = coalesce($5, currency)
			where integration_id = $1 and account_id = $2 and released_at is null and (name, timezone, currency)
				is distinct from (coalesce($3, name), coalesce($4, timezone), coalesce($5, currency))`,
			[integrationId, id, name, timezone, currency],
		);
		const { rowCount } = await client.query(
			'select from etl.accounts where integration_id = $1 and account_id = $2 and released_at is null',
			[integrationId, id],
		);
		return rowCount === 1;
	});
}

/** The accounts that a tenant's connection to a provider reads, by name. Within a transaction of the tenant. */
export async function listRead(
	client: PoolClient,
	{ provider }: Pick<AccountOwner, 'provider'>,
): Promise<AccountEntry[]> {
	const { rows } = await client.query<AccountEntry>(
		`select account_id as id, name from etl.accounts
		where provider = $1 and enabled and released_at is null order by lower(name), account_id`,
		[provider],
	);
	return rows;
}

/** An account as the operator sees it, with the time when each stream was last read. */
export interface AccountSummary {
	accountId: string;
	name: string | null;
	timezone: string | null;
	currency: string | null;
	enabled: boolean;
	/** When it was released (ISO 8601 in UTC). */
	releasedAt: string | null;
	streams: Array<{ stream: string; readAt: string }>;
}

/** Every account that a connection has or has had, by name. */
export async function listAccounts(
	pool: Pool,
	{ tenantId, integrationId }: Pick<AccountOwner, 'tenantId' | 'integrationId'>,
): Promise<AccountSummary[]> {
	return await inTenant(pool, tenantId, async (client) => {
		const { rows } = await client.query<AccountSummary>(
			`select a.account_id as "accountId", a.name, a.timezone, a.currency, a.enabled,
				a.released_at as "releasedAt",
				coalesce((
					select jsonb_agg(jsonb_build_object('stream', s.stream,
						'readAt', to_char(s.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by s.stream)
					from etl.stream_states s where s.integration_id = $1 and s.account_id = a.account_id
				), '[]') as streams
			from etl.accounts a where a.integration_id = $1 order by lower(a.name), a.account_id`,
			[integrationId],
		);
		return rows.map(withIsoInstants);
	});
}
