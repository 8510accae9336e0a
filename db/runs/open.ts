import cuid from '@bugsnag/cuid';
import type { Pool } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { getSqlstate } from '../postgres/sqlstate';
import { isStorable } from '../postgres/storable-text';
import { retryAsWorker, retryInTenant } from '../postgres/retries';

/** How long a run may continue without a sign of life. */
export const LEASE_MINUTES = 15;

/** Closes the runs of all tenants whose lease has ended. */
export async function abandonRuns(pool: Pool): Promise<void> {
	await retryAsWorker(pool, async (client) => await client.query('select etl.abandon_runs()'));
}

/** The execution that a run belongs to: only that one may store for it. */
export interface RunHolder {
	/** Unique among all n8n instances that share the database. */
	executionId: string;
	/** Unique in the same way; null if the workflow was never saved. */
	workflowId: string | null;
	/** n8n's execution mode: `manual`, `trigger`, `retry` and so on. */
	mode: string;
}

/** Identifies the data of a run without an integration. */
export interface OwnRun {
	tenantId: string;
	provider: string;
}

/** There is no tenant with this id. */
export class UnknownTenantError extends ExplainedError {
	override readonly name = 'UnknownTenantError';

	constructor() {
		super(
			'There is no such tenant.',
			'Check the field Tenant; Tenant: Get Many in Zixly Database lists them.',
		);
	}
}

/**
 * Opens a run without an integration, for rows that do not come from a sync. Closes runs whose lease has ended first.
 * @returns the run's id
 * @throws UnknownTenantError
 */
export async function openRun(
	pool: Pool,
	{ tenantId, provider }: OwnRun,
	holder: RunHolder,
): Promise<string> {
	if (tenantId === '' || !isStorable(tenantId)) throw new UnknownTenantError();
	const id = cuid();
	await abandonRuns(pool);
	const { executionId, workflowId, mode } = holder;
	const values = [id, tenantId, provider, executionId, workflowId, mode, LEASE_MINUTES];
	try {
		await retryInTenant(pool, tenantId, async (client) => await client.query(INSERT, values));
	} catch (error) {
		throw getSqlstate(error) === '23503' ? new UnknownTenantError() : error;
	}
	return id;
}

// An earlier attempt whose answer was lost may have opened it already.
const INSERT = `insert into etl.sync_runs (id, tenant_id, provider, execution_id, workflow_id, mode, lease_until)
	values ($1, $2, $3, $4, $5, $6, now() + make_interval(mins => $7)) on conflict (id) do nothing`;
