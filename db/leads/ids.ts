import type { Pool } from 'pg';

import { inTenant } from '../postgres/transaction';

/** An account of a tenant at a provider. */
export interface LeadsPlace {
	tenantId: string;
	/** As in `lead_events.source_system`. */
	provider: string;
	accountId: string;
}

/** Only the latest entry of a lead is not `passed`, so each lead is listed once. */
const LEADS = `select distinct lead_id as "leadId" from public.lead_events
	where status <> 'passed' and source_system = $1 and metadata -> '_src' ->> 'accountId' = $2`;

const DELETED = `${LEADS} and status = 'deleted'
	and (metadata ->> 'deletedAt') collate "C" >= $3
order by 1`;

const DAY_MS = 86_400_000;

/** The leads of an account that were deleted in the last `sinceDays` days and may have been restored since. */
export async function deletedLeads(
	pool: Pool,
	{ tenantId, provider, accountId, sinceDays = 100 }: LeadsPlace & { sinceDays?: number },
): Promise<string[]> {
	const since = new Date(Date.now() - sinceDays * DAY_MS).toISOString();
	return await leadIds(pool, tenantId, DELETED, [provider, accountId, since]);
}

/** The leads of an account that are not marked deleted. Those that the provider no longer lists may be deleted. */
export async function liveLeads(
	pool: Pool,
	{ tenantId, provider, accountId }: LeadsPlace,
): Promise<string[]> {
	return await leadIds(pool, tenantId, `${LEADS} and status <> 'deleted' order by 1`, [provider, accountId]);
}

async function leadIds(pool: Pool, tenantId: string, text: string, values: string[]): Promise<string[]> {
	const { rows } = await inTenant(pool, tenantId, (client) => client.query<{ leadId: string }>(text, values));
	return rows.map(({ leadId }) => leadId);
}
