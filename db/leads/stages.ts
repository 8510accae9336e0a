import type { Pool } from 'pg';

import type { LeadsPlace } from './ids';
import { inTenant } from '../postgres/transaction';

/** A stage as the rows of `lead_events` still have it. */
export interface KnownStage {
	id: string;
	label: string;
	metadata: Record<string, unknown>;
}

// Of a stage that was renamed the rows of deals changed since have the newer label.
const KNOWN = `select distinct on (1) metadata ->> 'stageId' as id, stage as label, metadata
	from public.lead_events
	where source_system = $1 and metadata -> '_src' ->> 'accountId' = $2 and metadata ->> 'stageId' = any ($3::text[])
		and stage <> 'stage:' || (metadata ->> 'stageId')
	order by 1, metadata -> '_src' ->> 'version' desc nulls last, event_date desc, id`;

/** What is known of stages that the provider has no more, by the ids of an account's stages. */
export async function knownStages(
	pool: Pool,
	{ tenantId, provider, accountId }: LeadsPlace,
	ids: readonly string[],
): Promise<KnownStage[]> {
	const values = [provider, accountId, ids];
	const { rows } = await inTenant(pool, tenantId, (client) => client.query<KnownStage>(KNOWN, values));
	return rows;
}
