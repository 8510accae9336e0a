import type { Pool } from 'pg';

import { withIsoInstants } from '../postgres/rows';
import { inTenant } from '../postgres/transaction';

/** A business entity that figures are about. Instants are ISO 8601 in UTC. */
export interface ClientSummary {
	/** `client_kpis.id`. */
	clientKpiId: string;
	/** `<provider>:<external id>`, unless plain items set another one. */
	clientId: string;
	clientName: string;
	industry: string | null;
	createdAt: string;
	/** What the operator has linked to it. */
	links: Array<{ provider: string; externalId: string }>;
}

export interface ClientFilter {
	tenantId: string;
	/** Only clients whose name or id contains this. */
	search?: string;
	limit?: number;
}

/** The clients of a tenant, by name. */
export async function listClients(pool: Pool, filter: ClientFilter): Promise<ClientSummary[]> {
	return await inTenant(pool, filter.tenantId, async (client) => {
		const { rows } = await client.query<ClientSummary>(
			`select k.id as "clientKpiId", k.client_id as "clientId", k.client_name as "clientName", k.industry,
				k.created_at as "createdAt", coalesce((
					select jsonb_agg(jsonb_build_object('provider', l.provider, 'externalId', l.external_id)
						order by l.provider)
					from etl.client_links l where l.client_kpi_id = k.id
				), '[]') as links
			from client_kpis k
			where $1 = '' or k.id = $1 or position(lower($1) in lower(k.client_name)) > 0
				or position(lower($1) in lower(k.client_id)) > 0
			order by lower(k.client_name), k.client_id
			limit $2`,
			[filter.search ?? '', filter.limit ?? null],
		);
		return rows.map(withIsoInstants);
	});
}
