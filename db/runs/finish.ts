import { ExplainedError } from '../postgres/explained-error';
import { retryInTenant } from '../postgres/retries';
import type { Pool, PoolClient } from 'pg';
import { withWarnings, type RunStatus, type StreamCounts, type SyncRun } from './list';
import { storable } from '../postgres/storable-text';
import { describeLeftOut } from './left-out-records';
import { noteRunEvents } from './run-events';

export interface RunEnd {
	tenantId: string;
	syncRunId: string;
	status: 'succeeded' | 'partial' | 'failed';
	error?: { class: string; message: string } & Record<string, unknown>;
	/** When to retry, an instant from the database; null if the schedule decides. */
	retryAt?: string | null;
	/** The same in milliseconds from now by the database's clock, which decides what is due: n8n's may be hours off. */
	retryInMs?: number | null;
	warnings?: string[];
	/** Not an incremental sync: the time of the last sync is kept. */
	keepsSchedule?: boolean;
	/** A retry would not help: the integration is set to ERROR until a person fixes it. */
	requiresAction?: boolean;
	/** What was skipped since the consent does not cover it, in words. Noted once for each consent. */
	needsConsent?: string;
}

export interface FinishedRun {
	tenantId: string;
	integrationId: string | null;
	syncRunId: string;
	provider: string;
	status: RunStatus;
	/** False if the run was already closed or taken over: it was left unchanged. */
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
 * Closes a run and updates its integration. A closed run is left unchanged. A successful run with rejected or skipped
 * records becomes partial.
 * @throws Error if the tenant has no such run
 */
export async function finishRun(pool: Pool, end: RunEnd): Promise<FinishedRun> {
	return await retryInTenant(pool, end.tenantId, async (client, attempt) => {
		const complete = await withLeftOut(client, end);
		const closes = await close(client, complete);
		const run = await getRun(client, end);
		if (closes && run.integrationId)
			await settleIntegration(client, { ...run, integrationId: run.integrationId }, complete);
		// An earlier attempt may have closed it and only its answer was lost.
		const closed = closes || (attempt > 1 && run.status === complete.status);
		return { ...withWarnings(run), closed };
	});
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

/** Replaces characters that PostgreSQL cannot store: texts may quote a provider, and must not keep a run open. */
function jsonText(value: object): string {
	return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? storable(part) : part));
}

type RunRow = Omit<FinishedRun, 'closed' | 'warnings'>;

async function settleIntegration(
	client: PoolClient,
	run: RunRow & { integrationId: string },
	end: RunEnd,
): Promise<void> {
	const { tenantId, integrationId, provider } = run;
	const isDone = !end.requiresAction && isUpToDate({ status: end.status, error: end.error ?? null });
	const isBroken = (end.requiresAction ?? false) && (await setError(client, integrationId, end));
	const isSynced = isDone && !end.keepsSchedule;
	if (isSynced)
		await client.query('update integrations set last_sync_at = now() where id = $1', [integrationId]);
	await noteRunEvents(client, {
		...{ end, isBroken, owner: { tenantId, integrationId, provider } },
		isComplete: isSynced && run.retryAt === null,
	});
}

async function setError(client: PoolClient, integrationId: string, end: RunEnd): Promise<boolean> {
	const { rowCount } = await client.query(SET_INTEGRATION_ERROR, [integrationId, end.syncRunId]);
	return rowCount === 1;
}

// If the tenant was reconnected while the run was failing with the old token, the problem is already fixed. A run that
// first refreshed the token looks the same; if the run before it failed in the same way, nobody has reconnected.
const SET_INTEGRATION_ERROR = `
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

/** A successful run with rejected or skipped records becomes partial, with a warning that says why. */
async function withLeftOut(client: PoolClient, end: RunEnd): Promise<RunEnd> {
	if (end.status !== 'succeeded') return end;
	const leftOut = await describeLeftOut(client, await getRun(client, end));
	return leftOut ? { ...end, status: 'partial', warnings: [leftOut, ...(end.warnings ?? [])] } : end;
}

/**
 * Whether everything that a run could read is stored or kept as rejected: nothing failed but what waits for a consent,
 * and the next sync is due by the schedule.
 */
export function isUpToDate({ status, error }: Pick<SyncRun, 'status' | 'error'>): boolean {
	return status === 'succeeded' || (status === 'partial' && (!error || error.class === 'needs_consent'));
}

async function getRun(client: PoolClient, { syncRunId }: RunEnd): Promise<RunRow> {
	const { rows } = await client.query<RunRow>(
		`select tenant_id as "tenantId", integration_id as "integrationId", id as "syncRunId", provider, status,
			started_at as "startedAt", finished_at as "finishedAt",
			round(extract(epoch from finished_at - started_at) * 1000)::float8 as "durationMs",
			retry_at as "retryAt", counts, error
		from etl.sync_runs where id = $1`,
		[syncRunId],
	);
	if (rows[0]) return rows[0];
	throw new ExplainedError(
		`There is no sync run "${syncRunId}" of this tenant.`,
		'Finish takes the items of Claim Due, Extract and Upsert.',
	);
}
