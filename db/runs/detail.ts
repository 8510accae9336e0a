import type { Pool } from 'pg';

import { asWorker } from '../postgres/transaction';
import { withWarnings, type SyncRun } from './list';

/** An account of the run's connection, and which streams of it this run stored. Instants are ISO 8601 in UTC. */
interface RunAccount {
	accountId: string;
	name: string | null;
	currency: string | null;
	timezone: string | null;
	enabled: boolean;
	stored: Array<{ stream: string; at: string }>;
}

/** Why a run rejected records of a stream. */
interface RunRejection {
	stream: string;
	stage: string;
	code: string;
	message: string;
	records: number;
	/** How many of them are still open. */
	open: number;
	lastAt: string;
}

export interface RunDetail extends SyncRun {
	authentication: 'stored' | 'n8n';
	accounts: RunAccount[];
	/** The most frequent first. */
	rejected: RunRejection[];
}

/**
 * One run in detail.
 * @param runId the latest run of all if undefined
 * @returns undefined if there is none
 */
export async function getRunDetail(pool: Pool, runId: string | undefined): Promise<RunDetail | undefined> {
	const { rows } = await asWorker(
		pool,
		async (client) => await client.query<RunDetail>(DETAIL, [runId ?? null]),
	);
	return rows[0] && withWarnings(rows[0]);
}

const DETAIL = `select id, tenant_id as "tenantId", tenant_name as "tenantName", integration_id as "integrationId",
	provider, authentication, status, started_at as "startedAt", finished_at as "finishedAt",
	lease_until as "leaseUntil", retry_at as "retryAt", execution_id as "executionId", mode, progress, counts, error,
	accounts, rejected
	from etl.get_run($1)`;
