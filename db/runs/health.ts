import type { Pool } from 'pg';

import { withIsoInstants } from '../postgres/rows';
import type { IntegrationStatus } from '../integrations/integrations';
import type { RunStatus } from './list';
import { asWorker } from '../postgres/transaction';

/** The health of a connection. Instants are ISO 8601 in UTC. */
export interface IntegrationHealth {
	integrationId: string;
	tenantId: string;
	tenantName: string;
	/** Since when the tenant is paused: nothing of it is claimed. */
	tenantPausedAt: string | null;
	provider: string;
	status: IntegrationStatus;
	authentication: 'stored' | 'n8n';
	/** When the stored access token expires; it is refreshed then. Null if none is stored. */
	expiresAt: string | null;
	lastSuccessAt: string | null;
	createdAt: string;
	/** When its running run began. */
	runningSince: string | null;
	lastRunStatus: RunStatus | null;
	lastRunFinishedAt: string | null;
	/** The number of latest runs in a row, at most 50, that brought nothing. */
	failuresInARow: number;
	/** The number of latest runs in a row whose process crashed. */
	abandonedInARow: number;
	/** Why the last run was not a full success. */
	lastError: { class: string; message: string } | null;
	warnings: string[];
	/** Null during a run, while the tenant is paused, or if a person must act first. */
	nextDue: string | null;
	openRejected: number;
	/** The most frequent reason of these. */
	rejectedReason: { code: string; message: string; records: number } | null;
	/** The streams whose last records were all rejected. */
	rejectedStreams: string[];
}

/** Whether only a new consent or token helps. A tenant that never connected does not count. */
export function needsReconnect(health: IntegrationHealth): boolean {
	const { status, authentication, lastError, lastSuccessAt } = health;
	if (status === 'ERROR') return lastError?.class === 'reconnect_required';
	return status === 'PENDING' && authentication === 'stored' && lastSuccessAt !== null;
}

export interface HealthFilter {
	tenantId?: string;
	provider?: string;
	/** As in Claim Due. */
	syncEveryHours: number;
	limit?: number;
}

/** The health of every connection, by tenant and provider. */
export async function syncHealth(pool: Pool, filter: HealthFilter): Promise<IntegrationHealth[]> {
	const { tenantId = null, provider = null, syncEveryHours, limit = null } = filter;
	const values = [tenantId, provider, syncEveryHours * 3600, limit];
	const { rows } = await asWorker(
		pool,
		async (client) => await client.query<IntegrationHealth>(HEALTH, values),
	);
	return rows.map(withIsoInstants);
}

const HEALTH = `select integration_id as "integrationId", tenant_id as "tenantId", tenant_name as "tenantName", provider,
	status, authentication, expires_at as "expiresAt", last_success_at as "lastSuccessAt", created_at as "createdAt",
	running_since as "runningSince", last_run_status as "lastRunStatus", last_run_finished_at as "lastRunFinishedAt",
	failures_in_a_row::int as "failuresInARow", abandoned_in_a_row::int as "abandonedInARow",
	last_error as "lastError", warnings, next_due as "nextDue", open_rejected::int as "openRejected",
	tenant_paused_at as "tenantPausedAt", rejected_reason as "rejectedReason", rejected_streams as "rejectedStreams"
	from etl.sync_health($1, $2, make_interval(secs => $3), $4)`;
