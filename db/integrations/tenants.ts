import cuid from '@bugsnag/cuid';
import type { Pool } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { withIsoInstants } from '../postgres/rows';
import { isStorable } from '../postgres/storable-text';
import { asWorker } from '../postgres/transaction';

export interface Tenant {
	id: string;
	name: string;
	industry: string | null;
	createdAt: string;
	/** Since when its connections are not claimed; null if it is not paused. */
	pausedAt: string | null;
}

/** Fields that are not given stay; an empty industry clears it. */
export interface TenantChanges {
	name?: string;
	industry?: string;
	/** Whether to take a name that another tenant has. */
	allowDuplicate?: boolean;
}

const DEFAULT_LIMIT = 100;

/** Of a name or an industry: longer than any company's, and short enough for lists and messages. */
const MAX_LENGTH = 200;

const TENANT = `id, tenant_name as name, tenant_industry as industry, created_at as "createdAt", paused_at as "pausedAt"`;

/**
 * Creates a tenant with a new id. With `reuse` an existing tenant of the same name (case-insensitive) is returned
 * instead, even if two calls run concurrently.
 * @throws Error if the name is blank, or a text too long or not storable
 */
export async function createTenant(
	pool: Pool,
	{ name, industry, reuse = false }: { name: string; industry?: string | null; reuse?: boolean },
): Promise<Tenant & { created: boolean }> {
	const trimmed = checkName(name);
	const { rows } = await asWorker(pool, (client) =>
		client.query<Tenant & { created: boolean }>(
			`select ${TENANT}, created from etl.create_tenant($1, $2, $3, $4)`,
			[cuid(), trimmed, checkText(industry ?? '', 'industry') || null, reuse],
		),
	);
	return withIsoInstants(rows[0]!);
}

/** Lists tenants by name: those whose name contains `search`, or whose id it is. */
export async function listTenants(
	pool: Pool,
	{ limit = DEFAULT_LIMIT, search }: { limit?: number; search?: string } = {},
): Promise<Tenant[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<Tenant>(
			`select id, name, industry, created_at as "createdAt", paused_at as "pausedAt" from etl.list_tenants($1, $2)`,
			[search ?? null, limit],
		),
	);
	return rows.map(withIsoInstants);
}

/**
 * Changes a tenant's name or industry.
 * @throws Error if there is no such tenant, or another one has the name
 */
export async function updateTenant(
	pool: Pool,
	tenantId: string,
	{ name, industry, allowDuplicate = false }: TenantChanges,
): Promise<Tenant & { changed: boolean }> {
	const newName = name === undefined ? null : checkName(name);
	const values = [
		tenantId,
		newName,
		industry === undefined ? null : checkText(industry, 'industry'),
		allowDuplicate,
	];
	const { rows } = await asWorker(pool, (client) =>
		client.query<Tenant & { changed: boolean; nameTakenBy: string | null }>(
			`select ${TENANT}, changed, name_taken_by as "nameTakenBy" from etl.update_tenant($1, $2, $3, $4)`,
			values,
		),
	);
	const { nameTakenBy, ...tenant } = assertFound(rows[0], tenantId);
	if (nameTakenBy) {
		throw new ExplainedError(
			`Another tenant is called "${newName}" (${nameTakenBy}).`,
			'Nothing was changed. Choose another name, or allow another tenant of this name.',
		);
	}
	return withIsoInstants(tenant);
}

/** A tenant that was paused or resumed. */
export interface PausedTenant extends Tenant {
	/** Whether this call changed it. */
	changed: boolean;
	/** Syncs and replays that are running and go on to their end. */
	runningSyncs: number;
}

/**
 * Pauses or resumes a tenant: no run is opened for the connections of a paused one, unless its rejected records are
 * replayed. Safe to repeat.
 * @throws Error if there is no such tenant
 */
export async function pauseTenant(pool: Pool, tenantId: string, pause: boolean): Promise<PausedTenant> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<PausedTenant>(
			`select ${TENANT}, changed, running_syncs::int as "runningSyncs" from etl.pause_tenant($1, $2)`,
			[tenantId, pause],
		),
	);
	return withIsoInstants(assertFound(rows[0], tenantId));
}

function checkName(name: string): string {
	const trimmed = checkText(name, 'name');
	if (trimmed) return trimmed;
	throw new ExplainedError(
		'The tenant has no name.',
		'Give the name of the company that the data belongs to.',
	);
}

function checkText(text: string, field: 'name' | 'industry'): string {
	const trimmed = text.trim();
	if (trimmed.length > MAX_LENGTH)
		throw new ExplainedError(
			`The tenant’s ${field} has ${trimmed.length} characters.`,
			`Use at most ${MAX_LENGTH}.`,
		);
	if (!isStorable(trimmed))
		throw new ExplainedError(
			`The tenant’s ${field} contains a character that PostgreSQL cannot store.`,
			'Remove it.',
		);
	return trimmed;
}

function assertFound<Row>(row: Row | undefined, tenantId: string): Row {
	if (row) return row;
	throw new ExplainedError(`There is no tenant "${tenantId}".`, 'Tenant: Get Many lists the existing ones.');
}
