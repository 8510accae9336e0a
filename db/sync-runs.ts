import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { withIsoInstants } from './instants';
import { describeLeftOut } from './left-out-records';
import type { RunHolder } from './open-run';
import { storable } from './text';
import { asWorker, inTenant, withRetries } from './transaction';

/** How long a run may go on without a sign of life. */
export const LEASE_MINUTES = 15;

export type RunStatus = 'running' | 'succeeded' | 'partial' | 'failed' | 'abandoned';

export interface ClaimOptions {
	provider: string;
	limit: number;
	/** How old the last success must be. */
	syncEveryHours: number;
	holder: RunHolder;
	authentication: 'stored' | 'n8n';
	/** Only this one. */
	integrationId?: string;
	/** Do not wait until it is due. */
	runNow: boolean;
}

/** A run that this execution holds until it is finished or its lease ends. */
export interface ClaimedRun {
	tenantId: string;
	tenantName: string;
	integrationId: string;
	syncRunId: string;
	provider: string;
	metadata: Record<string, unknown>;
	lastSyncAt: string | null;
	leaseUntil: string;
}

/** The counts of one stream as `etl.sync_runs.counts` holds them. */
export interface StreamCounts {
	records: Record<string, number>;
	rows: Record<string, number>;
}

export interface SyncRun {
	id: string;
	tenantId: string;
	tenantName: string;
	integrationId: string | null;
	provider: string;
	status: RunStatus;
	startedAt: string;
	finishedAt: string | null;
	leaseUntil: string | null;
	retryAt: string | null;
	executionId: string | null;
	counts: Record<string, StreamCounts>;
	warnings: string[];
	error: Record<string, unknown> | null;
}

export interface RunFilter {
	tenantId?: string;
	integrationId?: string;
	provider?: string;
	status?: string;
	limit?: number;
}

/**
 * Opens a run for each connection that is due; `etl.claim_due` has the rules. Nothing is claimed twice: where the
 * answer of a claim was lost, its runs wait for Finish or for the end of their lease.
 */
export async function claimDue(pool: Pool, options: ClaimOptions): Promise<ClaimedRun[]> {
	return await withRetries(async () => await claim(pool, options));
}

async function claim(pool: Pool, options: ClaimOptions): Promise<ClaimedRun[]> {
	const runIds = Array.from({ length: options.limit }, () => cuid());
	return await asWorker(pool, async (client) => {
		const { rows } = await client.query<ClaimedRun>(
			`select tenant_id as "tenantId", tenant_name as "tenantName", integration_id as "integrationId",
				sync_run_id as "syncRunId", provider, coalesce(metadata, '{}') as metadata,
				last_sync_at as "lastSyncAt", lease_until as "leaseUntil"
			from etl.claim_due($1, $2, make_interval(secs => $3), make_interval(mins => $4), $5, $6, $7, $8, $9, $10)`,
			[
				options.provider,
				runIds,
				options.syncEveryHours * 3600,
				LEASE_MINUTES,
				options.holder.executionId,
				options.holder.workflowId,
				options.holder.mode,
				options.integrationId ?? null,
				options.runNow,
				options.authentication,
			],
		);
		return rows.map(withIsoInstants);
	});
}

/**
 * Renews the leases of runs; one that is missing from the answer was taken over or finished. One whose row somebody has
 * locked is in it, although its lease is renewed only the next time.
 */
export async function renewLeases(pool: Pool, runIds: readonly string[]): Promise<Set<string>> {
	return await asWorker(pool, async (client) => {
		const { rows } = await client.query<{ id: string }>(
			'select sync_run_id as id from etl.renew_leases($1, make_interval(mins => $2))',
			[runIds, LEASE_MINUTES],
		);
		return new Set(rows.map(({ id }) => id));
	});
}

/**
 * Gives up runs of which nothing was read: what was due stays due, and no run is booked. One that has stored
 * something, or is closed, is left alone.
 */
export async function releaseRuns(pool: Pool, runIds: readonly string[]): Promise<void> {
	await withRetries(
		async () =>
			await asWorker(
				pool,
				async (client) => await client.query('select from etl.release_runs($1)', [runIds]),
			),
	);
}

/** Closes the runs whose process ended, whoever's they are. */
export const ABANDON_RUNS = 'select etl.abandon_runs()';

/** Lists runs, newest first. */
export async function listRuns(pool: Pool, filter: RunFilter): Promise<SyncRun[]> {
	return await asWorker(pool, async (client) => {
		const { rows } = await client.query<Omit<SyncRun, 'warnings'>>(
			`select id, tenant_id as "tenantId", tenant_name as "tenantName", integration_id as "integrationId",
				provider, status, started_at as "startedAt", finished_at as "finishedAt",
				lease_until as "leaseUntil", retry_at as "retryAt", execution_id as "executionId", counts, error
			from etl.list_runs($1, $2, $3, $4, $5)`,
			[
				filter.tenantId ?? null,
				filter.integrationId ?? null,
				filter.provider ?? null,
				filter.status ?? null,
				filter.limit ?? null,
			],
		);
		return rows.map(withWarnings);
	});
}

/** The runs of an execution that are still open. */
export async function runsOfExecution(
	pool: Pool,
	executionId: string,
): Promise<Array<{ syncRunId: string; tenantId: string; integrationId: string | null; provider: string }>> {
	return await asWorker(pool, async (client) => {
		const { rows } = await client.query(
			`select id as "syncRunId", tenant_id as "tenantId", integration_id as "integrationId", provider
			from etl.runs_of_execution($1)`,
			[executionId],
		);
		return rows as Array<{
			syncRunId: string;
			tenantId: string;
			integrationId: string | null;
			provider: string;
		}>;
	});
}

export interface RunEnd {
	tenantId: string;
	syncRunId: string;
	status: 'succeeded' | 'partial' | 'failed';
	error?: { class: string; message: string } & Record<string, unknown>;
	/** When to try again, as an instant that the database gave; null where the schedule decides. */
	retryAt?: string | null;
	/** The same in milliseconds from now. By the database's clock, which decides what is due: that of n8n may be hours off. */
	retryInMs?: number | null;
	warnings?: string[];
	/** It was no sync of what is new: when the last one was stays as it is. */
	aside?: boolean;
	/** Trying again would be in vain: the integration is set to ERROR until a person mended it. */
	needsPerson?: boolean;
}

export interface FinishedRun {
	tenantId: string;
	integrationId: string | null;
	syncRunId: string;
	provider: string;
	status: RunStatus;
	/** False where the run was closed already, or taken over: it was left as it is. */
	closed: boolean;
	startedAt: string;
	finishedAt: string | null;
	durationMs: number | null;
	retryAt: string | null;
	counts: Record<string, StreamCounts>;
	warnings: string[];
	error: Record<string, unknown> | null;
}

/**
 * Closes a run and brings its integration up to date with it. A run that is closed already is left alone; one that
 * succeeded but for records that were rejected or skipped becomes partial.
 * @throws Error where the tenant has no such run
 */
export async function finishRun(pool: Pool, end: RunEnd): Promise<FinishedRun> {
	return await withRetries(
		async (attempt) =>
			await inTenant(pool, end.tenantId, async (client) => {
				const complete = await withLeftOut(client, end);
				const closes = await close(client, complete);
				const run = await runOf(client, end);
				if (closes && run.integrationId) await markIntegration(client, run.integrationId, complete);
				// An earlier attempt may have closed it, and only its answer was lost.
				const closed = closes || (attempt > 1 && run.status === complete.status);
				return { ...withWarnings(run), closed };
			}),
	);
}

/** A run whose records were rejected or skipped did not succeed in full: it is partial, and a warning says why. */
async function withLeftOut(client: PoolClient, end: RunEnd): Promise<RunEnd> {
	if (end.status !== 'succeeded') return end;
	const leftOut = await describeLeftOut(client, await runOf(client, end));
	return leftOut ? { ...end, status: 'partial', warnings: [leftOut, ...(end.warnings ?? [])] } : end;
}

/**
 * Whether all that a run was to read is in the tables, or kept as rejected: it failed nowhere, and the next sync is due
 * by the schedule.
 */
export function isUpToDate({ status, error }: Pick<SyncRun, 'status' | 'error'>): boolean {
	return status === 'succeeded' || (status === 'partial' && !error);
}

async function close(client: PoolClient, end: RunEnd): Promise<boolean> {
	const warnings = end.warnings?.length ? { warnings: end.warnings } : {};
	const { rowCount } = await client.query(
		`update etl.sync_runs
		set status = $2, finished_at = now(), lease_until = null,
			retry_at = coalesce(now() + make_interval(secs => $6), $3), error = $4, counts = counts || $5
		where id = $1 and status = 'running'`,
		[
			end.syncRunId,
			end.status,
			end.retryAt ?? null,
			end.error ? jsonText(end.error) : null,
			jsonText(warnings),
			typeof end.retryInMs === 'number' ? end.retryInMs / 1000 : null,
		],
	);
	return rowCount === 1;
}

// The words may quote a provider: a character that PostgreSQL cannot hold must not keep a run open.
function jsonText(value: object): string {
	return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? storable(part) : part));
}

type RunRow = Omit<FinishedRun, 'closed' | 'warnings'>;

async function runOf(client: PoolClient, { syncRunId }: RunEnd): Promise<RunRow> {
	const { rows } = await client.query<RunRow>(
		`select tenant_id as "tenantId", integration_id as "integrationId", id as "syncRunId", provider, status,
			started_at as "startedAt", finished_at as "finishedAt",
			round(extract(epoch from finished_at - started_at) * 1000)::float8 as "durationMs",
			retry_at as "retryAt", counts, error
		from etl.sync_runs where id = $1`,
		[syncRunId],
	);
	if (rows[0]) return rows[0];
	throw new Error(
		`There is no sync run "${syncRunId}" of this tenant. Finish takes the items of Claim Due, Extract and Upsert.`,
	);
}

async function markIntegration(client: PoolClient, integrationId: string, end: RunEnd): Promise<void> {
	if (!end.needsPerson && isUpToDate({ status: end.status, error: end.error ?? null })) {
		if (!end.aside)
			await client.query('update integrations set last_sync_at = now() where id = $1', [integrationId]);
	} else if (end.needsPerson) {
		await client.query(MARK_FOR_A_PERSON, [integrationId, end.syncRunId]);
	}
}

// Who connected the tenant again while the run failed with the old token has mended it already. A run that first
// refreshed the token looks the same; where the one before it ended so too, it was no person.
const MARK_FOR_A_PERSON = `
	update integrations i set status = 'ERROR'
	from etl.sync_runs r
	where i.id = $1 and r.id = $2 and i.status = 'ACTIVE'
		and (i.updated_at <= r.started_at
			or r.error ->> 'class' is distinct from 'reconnect_required'
			or 'reconnect_required' = (
				select earlier.error ->> 'class' from etl.sync_runs earlier
				where earlier.integration_id = i.id and earlier.id <> r.id
				order by earlier.started_at desc, earlier.id desc
				limit 1
			))`;

/** The warnings lie among the counts; a reader wants them apart. */
function withWarnings<Row extends { counts: Record<string, unknown> }>(
	row: Row,
): Row & { counts: Record<string, StreamCounts>; warnings: string[] } {
	const { warnings = [], ...counts } = row.counts as { warnings?: string[] };
	return { ...withIsoInstants(row), counts: counts as unknown as Record<string, StreamCounts>, warnings };
}
