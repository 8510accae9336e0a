import { asWorker } from '../postgres/transaction';
import type { Pool } from 'pg';
import { withIsoInstants } from '../postgres/rows';
import type { RunProgress } from './progress';

export type RunStatus = 'running' | 'succeeded' | 'partial' | 'failed' | 'abandoned';

/** The counts of one stream, as in `etl.sync_runs.counts`. */
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
	/** n8n's mode of that execution: `manual`, `trigger`, `retry` and so on. */
	mode: string | null;
	/** Null if nothing was read yet. */
	progress: RunProgress | null;
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

/** Lists runs, newest first. */
export async function listRuns(pool: Pool, filter: RunFilter): Promise<SyncRun[]> {
	return await asWorker(pool, async (client) => {
		const { rows } = await client.query<Omit<SyncRun, 'warnings'>>(
			`select id, tenant_id as "tenantId", tenant_name as "tenantName", integration_id as "integrationId",
				provider, status, started_at as "startedAt", finished_at as "finishedAt",
				lease_until as "leaseUntil", retry_at as "retryAt", execution_id as "executionId", mode, progress, counts, error
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

/** The open runs of an execution. */
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

/** Separates the warnings from the counts that they are stored among. */
export function withWarnings<Row extends { counts: Record<string, unknown> }>(
	row: Row,
): Row & { counts: Record<string, StreamCounts>; warnings: string[] } {
	const { warnings = [], ...counts } = row.counts as { warnings?: string[] };
	return { ...withIsoInstants(row), counts: counts as unknown as Record<string, StreamCounts>, warnings };
}
