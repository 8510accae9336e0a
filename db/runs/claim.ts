import cuid from '@bugsnag/cuid';
import type { Pool } from 'pg';

import { withIsoInstants } from '../postgres/rows';
import { LEASE_MINUTES, type RunHolder } from './open';
import { retryAsWorker } from '../postgres/retries';
import { toStoredProgress, type RunProgress } from './progress';
import { asWorker } from '../postgres/transaction';

export interface ClaimOptions {
	provider: string;
	limit: number;
	/** How old the last success must be. */
	syncEveryHours: number;
	holder: RunHolder;
	authentication: 'stored' | 'n8n';
	/** Only this connection. */
	integrationId?: string;
	/** Claim it even if it is not due. */
	runNow: boolean;
}

/** A run that this execution holds until the run is finished or its lease ends. */
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

/**
 * Opens a run for each due connection by the rules of `etl.claim_due`. No connection is claimed twice: if the answer to a
 * claim was lost, its runs stay open until the end of their lease.
 */
export async function claimDue(pool: Pool, options: ClaimOptions): Promise<ClaimedRun[]> {
	return await retryAsWorker(pool, async (client) => {
		const runIds = Array.from({ length: options.limit }, () => cuid());
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
 * Renews the leases of runs, and notes how far they have been read.
 * @param progress by run id
 * @returns the runs that are still running; the others were taken over or finished. Includes a run whose row is locked,
 *   although its lease is renewed only the next time
 */
export async function renewLeases(
	pool: Pool,
	runIds: readonly string[],
	progress: ReadonlyMap<string, RunProgress> = new Map(),
): Promise<Set<string>> {
	const stored = [...progress].map(([id, one]) => [id, toStoredProgress(one)] as const);
	return await asWorker(pool, async (client) => {
		const { rows } = await client.query<{ id: string }>(
			'select sync_run_id as id from etl.renew_leases($1, make_interval(mins => $2), $3)',
			[runIds, LEASE_MINUTES, JSON.stringify(Object.fromEntries(stored))],
		);
		return new Set(rows.map(({ id }) => id));
	});
}

/**
 * Deletes runs that have read nothing, so that their connections stay due. Leaves runs alone that have stored something
 * or are closed.
 */
export async function releaseRuns(pool: Pool, runIds: readonly string[]): Promise<void> {
	await retryAsWorker(
		pool,
		async (client) => await client.query('select from etl.release_runs($1)', [runIds]),
	);
}
