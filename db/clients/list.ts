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

/** What a client's figures come from: an account, company or project of a provider. */
export interface ExternalId {
	externalId: string;
	/** Of the client that has its rows now. */
	clientName: string;
	/** Whether the operator linked it to that client. */
	linked: boolean;
}

export interface ExternalIdFilter {
	tenantId: string;
	provider: string;
	/** Only those whose ID or client's name contains this. */
	search?: string;
	onlyLinked?: boolean;
	limit: number;
}

/** The external IDs of a provider that the tenant's clients have, by the client's name. */
export async function listExternalIds(pool: Pool, filter: ExternalIdFilter): Promise<ExternalId[]> {
	const { tenantId, provider, search = '', onlyLinked = false, limit } = filter;
	return await inTenant(pool, tenantId, async (client) => {
		const { rows } = await client.query<ExternalId>(EXTERNAL_IDS, [provider, search, onlyLinked, limit]);
		return rows;
	});
}

const EXTERNAL_IDS = `with known as (
		select l.external_id, k.client_name, true as linked
		from etl.client_links l join client_kpis k on k.id = l.client_kpi_id where l.provider = $1
		union all
		select substr(k.client_id, length($1) + 2), k.client_name, false
		from client_kpis k where not $3 and starts_with(k.client_id, $1 || ':')
	)
	select distinct on (lower(client_name), external_id)
		external_id as "externalId", client_name as "clientName", linked
	from known
	where position(lower($2) in lower(external_id)) > 0 or position(lower($2) in lower(client_name)) > 0
	order by lower(client_name), external_id, linked desc
	limit $4`;
