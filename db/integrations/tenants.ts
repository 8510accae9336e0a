import cuid from '@bugsnag/cuid';
import type { Pool } from 'pg';

import { withIsoInstants } from '../postgres/rows';
import { asWorker } from '../postgres/transaction';

export interface Tenant {
	id: string;
	name: string;
	industry: string | null;
	createdAt: string;
}

const DEFAULT_LIMIT = 100;

/**
 * Creates a tenant with a new id. With `reuse` an existing tenant of the same name (case-insensitive) is returned
 * instead, even if two calls run concurrently.
 * @throws Error if the name is blank
 */
export async function createTenant(
	pool: Pool,
	{ name, industry, reuse = false }: { name: string; industry?: string | null; reuse?: boolean },
): Promise<Tenant & { created: boolean }> {
	const trimmed = name.trim();
	if (!trimmed)
		throw new Error('The tenant has no name. Give the name of the company that the data belongs to.');
	const { rows } = await asWorker(pool, (client) =>
		client.query<Tenant & { created: boolean }>(
			`select id, tenant_name as name, tenant_industry as industry, created_at as "createdAt", created
			from etl.create_tenant($1, $2, $3, $4)`,
			[cuid(), trimmed, industry?.trim() || null, reuse],
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
			'select id, name, industry, created_at as "createdAt" from etl.list_tenants($1, $2)',
			[search ?? null, limit],
		),
	);
	return rows.map(withIsoInstants);
}
