import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { chooseAccounts, listRead, type AccountEntry } from './accounts';
import { noteEvent } from './connect/events';
import { withIsoInstants } from '../postgres/rows';
import { actAs, asWorker, inTenant } from '../postgres/transaction';

export type IntegrationStatus = 'PENDING' | 'ACTIVE' | 'ERROR' | 'DISABLED';

export interface NewIntegration {
	tenantId: string;
	provider: string;
	/** `stored`: the token is in the vault; `n8n`: an n8n credential obtained and keeps it. */
	authentication: 'stored' | 'n8n';
	metadata?: Record<string, unknown>;
	/** The accounts to read, if already known. Used only for a new connection. */
	accounts?: readonly AccountEntry[];
}

export interface Integration {
	integrationId: string;
	tenantId: string;
	provider: string;
	status: IntegrationStatus;
	metadata: Record<string, unknown>;
	/** Whether this call created it. */
	created: boolean;
}

/** An integration as the operator sees it, without tokens. */
export interface IntegrationSummary {
	integrationId: string;
	tenantId: string;
	tenantName: string;
	provider: string;
	status: IntegrationStatus;
	metadata: Record<string, unknown>;
	expiresAt: string | null;
	lastSyncAt: string | null;
	createdAt: string;
	lastRunStatus: string | null;
	lastRunFinishedAt: string | null;
	retryAt: string | null;
	/** When its running run began. */
	runningSince: string | null;
}

export interface IntegrationFilter {
	provider?: string;
	tenantId?: string;
	limit?: number;
}

const SUMMARY = `integration_id as "integrationId", tenant_id as "tenantId", tenant_name as "tenantName", provider,
	status, coalesce(metadata, '{}') as metadata, expires_at as "expiresAt", last_sync_at as "lastSyncAt",
	created_at as "createdAt", last_run_status as "lastRunStatus", last_run_finished_at as "lastRunFinishedAt",
	retry_at as "retryAt", running_since as "runningSince"`;

/**
 * Connects a tenant to a provider. An existing connection is returned unchanged, with `created: false`; only one that was
 * never used may still change its authentication. A connection whose token n8n keeps is ACTIVE immediately, others are
 * PENDING until a token is stored.
 * @throws Error if the tenant does not exist or is connected with the other authentication, or if another connection has
 *   an account
 */
export async function createIntegration(pool: Pool, input: NewIntegration): Promise<Integration> {
	const { tenantId, provider, authentication } = input;
	const metadata = { ...input.metadata, ...(authentication === 'n8n' && { authentication }) };
	const status: IntegrationStatus = authentication === 'n8n' ? 'ACTIVE' : 'PENDING';
	return await inTenant(pool, tenantId, async (client) => {
		await assertTenant(client, tenantId);
		const { rowCount } = await client.query(
			`insert into integrations (id, tenant_id, provider, status, metadata) values ($1, $2, $3, $4, $5)
			on conflict (tenant_id, provider) do nothing`,
			[cuid(), tenantId, provider, status, JSON.stringify(metadata)],
		);
		if (rowCount !== 1) {
			// Only this role may read the token, which tells whether the connection was ever used.
			await actAs(client, 'zixly_tokens');
			await client.query(CHANGE_UNUSED, [provider, authentication === 'n8n', status]);
		}
		const integration = await findIntegration(client, provider, rowCount === 1);
		assertAuthentication(integration, authentication);
		if (integration.created) await chooseAccounts(client, integration, input.accounts ?? []);
		return integration;
	});
}

const CHANGE_UNUSED = `
	update integrations set
		status = case when status = 'DISABLED' then status else $3::integration_status end,
		metadata = coalesce(metadata, '{}') - 'authentication'
			|| case when $2 then '{"authentication": "n8n"}'::jsonb else '{}' end
	where provider = $1 and access_token = '' and last_sync_at is null
		and (metadata ->> 'authentication' is not distinct from 'n8n') <> $2`;

// Two owners of one token would each invalidate it for the other.
function assertAuthentication({ metadata }: Integration, wanted: 'stored' | 'n8n'): void {
	const keptBy = metadata.authentication === 'n8n' ? 'n8n' : 'stored';
	if (keptBy === wanted) return;
	throw keptBy === 'n8n'
		? new ExplainedError(
				'This tenant is connected to this provider through an n8n credential already.',
				'Choose Credential in n8n in Authentication.',
			)
		: new ExplainedError(
				'This tenant is connected to this provider with a token in the vault already.',
				'Choose Zixly Vault in Authentication.',
			);
}

/** Lists connections of every tenant, with the last run of each. */
export async function listIntegrations(pool: Pool, filter: IntegrationFilter): Promise<IntegrationSummary[]> {
	return await summaries(pool, `select ${SUMMARY} from etl.list_integrations($1, $2, null, $3)`, [
		filter.provider ?? null,
		filter.tenantId ?? null,
		filter.limit ?? null,
	]);
}

async function summaries(pool: Pool, query: string, values: unknown[]): Promise<IntegrationSummary[]> {
	const { rows } = await asWorker(
		pool,
		async (client) => await client.query<IntegrationSummary>(query, values),
	);
	return rows.map(withIsoInstants);
}

/** A connection of any tenant. @throws Error if it does not exist */
export async function integrationById(pool: Pool, integrationId: string): Promise<IntegrationSummary> {
	const [found] = await summaries(pool, ONE, [integrationId]);
	if (found) return found;
	throw new ExplainedError(
		`There is no connection "${integrationId}".`,
		'Connection: Get Many lists the existing ones.',
	);
}

/**
 * Enables or disables a connection of any tenant. One without a token stays PENDING; one that waited for approval is
 * released.
 * @throws Error if there is no such connection
 */
export async function setIntegrationStatus(
	pool: Pool,
	{ integrationId, status }: { integrationId: string; status: 'ACTIVE' | 'DISABLED' },
): Promise<IntegrationSummary> {
	const { tenantId, provider } = await integrationById(pool, integrationId);
	await inTenant(
		pool,
		tenantId,
		async (client) => {
			const { rows } = await client.query<{ wasAwaiting: boolean }>(SET_STATUS, [integrationId, status]);
			if (!rows[0]) return;
			const owner = { tenantId, integrationId, provider };
			await noteEvent(client, { ...owner, event: status === 'ACTIVE' ? 'enabled' : 'disabled' });
			// Only now: this event starts the first sync.
			if (rows[0].wasAwaiting && status === 'ACTIVE')
				await noteEvent(client, { ...owner, event: 'connected', accounts: await listRead(client, owner) });
		},
		'zixly_tokens',
	);
	return await integrationById(pool, integrationId);
}

const ONE = `select ${SUMMARY} from etl.list_integrations(null, null, $1, 1)`;

const SET_STATUS = `
	with wanted as (
		select id, coalesce(metadata ? 'awaitingApproval', false) as awaits, case
			when $2 = 'ACTIVE' and access_token = '' and metadata ->> 'authentication' is distinct from 'n8n' then 'PENDING'
			else $2
		end::integration_status as status
		from integrations where id = $1 for no key update
	)
	update integrations i
	set status = w.status,
		metadata = case when w.status = 'ACTIVE' then i.metadata - 'awaitingApproval' else i.metadata end
	from wanted w
	where i.id = w.id and i.status <> w.status
	returning w.awaits as "wasAwaiting"`;

async function assertTenant(client: PoolClient, tenantId: string): Promise<void> {
	const { rowCount } = await client.query('select from tenants where id = $1', [tenantId]);
	if (rowCount === 1) return;
	throw new ExplainedError(
		`There is no tenant "${tenantId}".`,
		'Zixly Database lists the existing ones and creates new ones.',
	);
}

async function findIntegration(client: PoolClient, provider: string, created: boolean): Promise<Integration> {
	const { rows } = await client.query<Omit<Integration, 'created'>>(
		`select id as "integrationId", tenant_id as "tenantId", provider, status, coalesce(metadata, '{}') as metadata
		from integrations where provider = $1`,
		[provider],
	);
	return { ...rows[0]!, created };
}
