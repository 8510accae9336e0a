import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';

import { cancelSignal } from '../postgres/cancellation';
import { ExplainedError } from '../postgres/explained-error';
import { retryAsWorker, retryInTenant } from '../postgres/retries';
import { withIsoInstants } from '../postgres/rows';
import { revokeReader } from '../readers/logins';
import type { KeyRing } from '../vault/key-ring';
import type { AccountOwner } from './accounts';
import { disconnectIntegration, type ConsentEnd, type RevocableConsent } from './connect/disconnect';
import { listTenants, pauseTenant } from './tenants';

interface EndedConsent {
	integrationId: string;
	provider: string;
	consent: ConsentEnd;
}

export interface DeletedTenant {
	tenantId: string;
	deletedAt: string;
	/** False if it had been deleted before: then the rest tells what was known of that. */
	deletedNow: boolean;
	/** The number of deleted rows by table, such as `public.financials`. */
	rowCounts: Record<string, number>;
	connections: EndedConsent[];
	/** The dropped logins of readers. */
	readersDropped: string[];
	/** Logins that see nothing any more but still exist, each with the statements for an administrator. */
	readersLeft: string[];
	/** Runs that were still running and were closed; what they read afterwards was not stored. */
	runsClosed: number;
}

export interface TenantDeletion {
	tenantId: string;
	/** The tenant's name as a person typed it, as a safeguard. */
	name: string;
	/** What the tokens can be opened with for `revoke`. */
	ring?: KeyRing;
	/** Ends a consent at its provider. Without it the tokens are only deleted. What it throws counts as `forgotten`. */
	revoke?: (owner: AccountOwner, consent: RevocableConsent) => Promise<'revoked' | 'forgotten'>;
	/** How long running syncs may take to end, in milliseconds, before their runs are closed. */
	waitMs?: number;
}

const DEFAULT_WAIT_MS = 60_000;
const PAUSE_MS = 1_000;

/**
 * Deletes a tenant with all its data, connections, tokens and readers; one row of `etl.deleted_tenants` remains. Safe to
 * repeat after an error: nothing is deleted but everything at once.
 * @throws Error if there is no such tenant, or the name is another; nothing was changed then
 */
export async function deleteTenant(
	pool: Pool,
	{ tenantId, name, ring, revoke, waitMs = DEFAULT_WAIT_MS }: TenantDeletion,
): Promise<DeletedTenant> {
	const found = await findTenant(pool, tenantId, name);
	if (!found) return await describeEarlier(pool, tenantId);
	// From here on no sync begins, also if the deletion is interrupted.
	await pauseTenant(pool, tenantId, true);
	const runsClosed = await endRuns(pool, tenantId, waitMs);
	const connections = await endConsents(pool, tenantId, { ring, revoke });
	const readers = await dropReaders(pool, tenantId);
	const deleted = await remove(pool, tenantId, found.name);
	if (!deleted) throw unknownTenant(tenantId);
	return { ...deleted, connections, ...readers, runsClosed };
}

async function findTenant(pool: Pool, tenantId: string, name: string): Promise<{ name: string } | undefined> {
	const found = (await listTenants(pool, { search: tenantId })).find(({ id }) => id === tenantId);
	if (!found || found.name === name.trim()) return found;
	throw new ExplainedError(
		'The name is not that of this tenant, so nothing was deleted.',
		`Type the name of the tenant exactly as it is stored: Tenant: Get Many shows it.`,
	);
}

async function describeEarlier(pool: Pool, tenantId: string): Promise<DeletedTenant> {
	const earlier = await remove(pool, tenantId, '');
	if (!earlier) throw unknownTenant(tenantId);
	return { ...earlier, connections: [], readersDropped: [], readersLeft: [], runsClosed: 0 };
}

const unknownTenant = (tenantId: string): Error =>
	new ExplainedError(`There is no tenant "${tenantId}".`, 'Tenant: Get Many lists the existing ones.');

/** A run that ends as usual is better: its execution may hold other tenants' runs as well. */
async function endRuns(pool: Pool, tenantId: string, waitMs: number): Promise<number> {
	const until = Date.now() + waitMs;
	while (Date.now() < until && (await hasRuns(pool, tenantId)))
		await sleep(PAUSE_MS, undefined, { signal: cancelSignal() });
	return await retryInTenant(
		pool,
		tenantId,
		async (client) => (await client.query(CLOSE_RUNS)).rowCount ?? 0,
	);
}

async function hasRuns(pool: Pool, tenantId: string): Promise<boolean> {
	const { rowCount } = await retryInTenant(
		pool,
		tenantId,
		async (client) =>
			await client.query(
				"select from etl.sync_runs where status = 'running' and lease_until > now() limit 1",
			),
	);
	return rowCount === 1;
}

const CLOSE_RUNS = `update etl.sync_runs
	set status = 'failed', finished_at = now(), lease_until = null,
		error = '{"class": "run_lost", "message": "The tenant is being deleted, so nothing more is stored."}'
	where status = 'running'`;

async function endConsents(
	pool: Pool,
	tenantId: string,
	ending: Pick<TenantDeletion, 'ring' | 'revoke'>,
): Promise<EndedConsent[]> {
	const { rows } = await retryInTenant(
		pool,
		tenantId,
		async (client) =>
			await client.query<AccountOwner & { kept: 'stored' | 'keptByN8n' | 'noToken' }>(CONSENTS),
		{ role: 'zixly_tokens' },
	);
	const ended: EndedConsent[] = [];
	for (const { kept, ...owner } of rows) {
		// One after the other: providers limit the calls of an application.
		const consent = kept === 'stored' ? await endConsent(pool, owner, ending) : kept;
		ended.push({ integrationId: owner.integrationId, provider: owner.provider, consent });
	}
	return ended;
}

const CONSENTS = `select id as "integrationId", tenant_id as "tenantId", provider,
		case when metadata ->> 'authentication' = 'n8n' then 'keptByN8n'
			when access_token <> '' or refresh_token is not null then 'stored' else 'noToken' end as kept
	from integrations order by provider, id`;

async function endConsent(
	pool: Pool,
	owner: AccountOwner,
	{ ring, revoke }: Pick<TenantDeletion, 'ring' | 'revoke'>,
): Promise<'revoked' | 'forgotten'> {
	// The tokens go first: whatever the provider answers, they are not needed again.
	const { consent } = await disconnectIntegration(pool, owner.integrationId, { ring });
	if (!revoke || !consent) return 'forgotten';
	// A provider that does not answer must not keep the tenant's data here.
	return await revoke(owner, consent).catch(() => 'forgotten' as const);
}

async function dropReaders(
	pool: Pool,
	tenantId: string,
): Promise<Pick<DeletedTenant, 'readersDropped' | 'readersLeft'>> {
	const { rows } = await retryAsWorker(
		pool,
		async (client) =>
			await client.query<{ login: string }>('select login from etl.list_readers($1)', [tenantId]),
	);
	const readersDropped: string[] = [];
	const readersLeft: string[] = [];
	for (const { login } of rows) {
		try {
			await revokeReader(pool, { login });
			readersDropped.push(login);
		} catch (error) {
			// Its access has ended already; an administrator can drop it at any time.
			if (!(error instanceof ExplainedError)) throw error;
			readersLeft.push(error.message);
		}
	}
	return { readersDropped, readersLeft };
}

type Removed = Pick<DeletedTenant, 'tenantId' | 'deletedAt' | 'deletedNow' | 'rowCounts'>;

async function remove(pool: Pool, tenantId: string, name: string): Promise<Removed | undefined> {
	const { rows } = await retryAsWorker(
		pool,
		async (client) => await client.query<Removed>(REMOVE, [tenantId, name]),
	);
	return rows[0] && withIsoInstants(rows[0]);
}

const REMOVE = `select $1 as "tenantId", deleted_at as "deletedAt", deleted_now as "deletedNow",
		row_counts as "rowCounts"
	from etl.delete_tenant($1, $2)`;
