import type { Pool } from 'pg';

import type { LeadsPlace } from './ids';
import { inTenant } from '../postgres/transaction';

/** A stage as stored in rows of `lead_events`. */
export interface KnownStage {
	id: string;
	label: string;
	metadata: Record<string, unknown>;
}

// After a stage is renamed, only the rows of deals changed since then have the new label, so the newest row wins.
const KNOWN = `select distinct on (1) metadata ->> 'stageId' as id, stage as label, metadata
	from public.lead_events
	where source_system = $1 and metadata -> '_src' ->> 'accountId' = $2 and metadata ->> 'stageId' = any ($3::text[])
		and stage <> 'stage:' || (metadata ->> 'stageId')
	order by 1, metadata -> '_src' ->> 'version' desc nulls last, event_date desc, id`;

/** What stored rows know of stages that the provider no longer has, by stage ids of an account. */
export async function knownStages(
	pool: Pool,
	{ tenantId, provider, accountId }: LeadsPlace,
	ids: readonly string[],
): Promise<KnownStage[]> {
	const values = [provider, accountId, ids];
	const { rows } = await inTenant(pool, tenantId, (client) => client.query<KnownStage>(KNOWN, values));
	return rows;
}
