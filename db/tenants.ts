import cuid from '@bugsnag/cuid';
import type { Pool } from 'pg';

import { asWorker } from './transaction';

export interface Tenant {
	id: string;
	name: string;
	industry: string | null;
	createdAt: string;
}

const DEFAULT_LIMIT = 100;

/** Makes a tenant with a new id. @throws Error when the name is blank */
export async function createTenant(
	pool: Pool,
	{ name, industry }: { name: string; industry?: string | null },
): Promise<{ id: string; name: string }> {
	const trimmed = name.trim();
	if (!trimmed)
		throw new Error('The tenant has no name. Give the name of the company that the data belongs to.');
	const { rows } = await asWorker(pool, (client) =>
		client.query<{ id: string; name: string }>(
			'select tenant_id as id, tenant_name as name from etl.create_tenant($1, $2, $3)',
			[cuid(), trimmed, industry?.trim() || null],
		),
	);
	return rows[0] as { id: string; name: string };
}

/** Tenants by name, those whose name contains `search` (or whose id it is). */
export async function listTenants(
	pool: Pool,
	{ limit = DEFAULT_LIMIT, search }: { limit?: number; search?: string } = {},
): Promise<Tenant[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<Omit<Tenant, 'createdAt'> & { created_at: Date }>(
			'select id, name, industry, created_at from etl.list_tenants($1, $2)',
			[search ?? null, limit],
		),
	);
	return rows.map(({ created_at, ...tenant }) => ({ ...tenant, createdAt: created_at.toISOString() }));
}
