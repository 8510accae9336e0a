import type { Pool } from 'pg';

import { ExplainedError } from '../../postgres/explained-error';
import { asWorker } from '../../postgres/transaction';
import { listTenants } from '../tenants';
import { createLink, type CreatedLink, type NewLink } from './links';

/** A tenant that a link for a provider would help. */
export interface TenantToConnect {
	tenantId: string;
	tenantName: string;
}

/**
 * The tenants without a working connection to a provider: none, one that waits for its first consent, or one that needs a
 * new one. Paused tenants, and connections that a person disabled or that wait for approval, are left out.
 */
export async function listTenantsToConnect(pool: Pool, provider: string): Promise<TenantToConnect[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<TenantToConnect>(
			`select tenant_id as "tenantId", tenant_name as "tenantName" from etl.tenants_to_connect($1)`,
			[provider],
		),
	);
	return rows;
}

/** A tenant by its id, whatever its connections are. @throws Error if there is no such tenant */
export async function findTenantToConnect(pool: Pool, tenantId: string): Promise<TenantToConnect> {
	const found = (await listTenants(pool, { search: tenantId })).find(({ id }) => id === tenantId);
	if (found) return { tenantId, tenantName: found.name };
	throw new ExplainedError(
		`There is no tenant "${tenantId}".`,
		'Zixly Database lists the existing ones and creates new ones.',
	);
}

/** A link of a tenant. */
export type Invitation = TenantToConnect & CreatedLink;

/** Creates a link for each of these tenants, one after the other. Those that were created stay, whatever fails later. */
export async function* createLinks(
	pool: Pool,
	link: Omit<NewLink, 'tenantId'>,
	tenants: readonly TenantToConnect[],
): AsyncGenerator<Invitation> {
	for (const tenant of tenants) yield { ...tenant, ...(await createLink(pool, { ...link, ...tenant })) };
}
