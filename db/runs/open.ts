import cuid from '@bugsnag/cuid';
import type { Pool } from 'pg';

import { getSqlstate } from '../postgres/sqlstate';
import { ABANDON_RUNS, LEASE_MINUTES } from './lease';
import { isStorable } from '../postgres/storable-text';
import { asWorker, inTenant, withRetries } from '../postgres/transaction';

/** Which execution a run belongs to: only that one may store for it. */
export interface RunHolder {
	/** Unique among all n8n instances that share the database. */
	executionId: string;
	/** The same of its workflow; null where the workflow was never saved. */
	workflowId: string | null;
	/** n8n's: `manual`, `trigger`, `retry` and so on. */
	mode: string;
}

/** What a run of no integration is opened for. */
export interface OwnRun {
	tenantId: string;
	provider: string;
}

/** There is no tenant of this id. */
export class UnknownTenantError extends Error {
	override readonly name = 'UnknownTenantError';

	constructor() {
		super(
			'There is no such tenant. Check the field Tenant; Get Many of Tenant in Zixly Database lists them.',
		);
	}
}

/**
 * Opens a run of no integration, for rows that did not come of a sync, and closes those whose process ended.
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
	await withRetries(async () => await asWorker(pool, async (client) => await client.query(ABANDON_RUNS)));
	const { executionId, workflowId, mode } = holder;
	const values = [id, tenantId, provider, executionId, workflowId, mode, LEASE_MINUTES];
	try {
		await withRetries(
			async () => await inTenant(pool, tenantId, async (client) => await client.query(INSERT, values)),
		);
	} catch (error) {
		throw getSqlstate(error) === '23503' ? new UnknownTenantError() : error;
	}
	return id;
}

// An attempt whose answer was lost has opened it already.
const INSERT = `insert into etl.sync_runs (id, tenant_id, provider, execution_id, workflow_id, mode, lease_until)
	values ($1, $2, $3, $4, $5, $6, now() + make_interval(mins => $7)) on conflict (id) do nothing`;
