import type { Pool } from 'pg';

import { retryInTenant } from '../postgres/retries';

/** Identifies a stream. */
export interface StreamOwner {
	tenantId: string;
	integrationId: string;
	accountId: string;
	stream: string;
}

/** The reason code of a list entry without an id. It is never requested again, since that needs an id. */
export const WITHOUT_ID = 'entry_without_id';

/** A record of a stream that could not be read in earlier runs. */
export interface WaitingRecord {
	recordId: string;
	/** Whether it is time to request it again. */
	isDue: boolean;
	/** Whether it is an entry without an id, identified by its position in a list. */
	isNameless: boolean;
}

/** More than any run requests; the rest follows when these are settled. */
const MAX_RECORDS = 100_000;

/** The open records of a stream that the provider did not return, in the order in which they are due. */
export async function unreadableRecords(
	pool: Pool,
	{ tenantId, integrationId, accountId, stream }: StreamOwner,
): Promise<WaitingRecord[]> {
	const values = [integrationId, accountId, stream, MAX_RECORDS, WITHOUT_ID];
	return await retryInTenant(pool, tenantId, async (client) => {
		const { rows } = await client.query<WaitingRecord>(UNREADABLE, values);
		return rows;
	});
}

const UNREADABLE = `select record_id as "recordId", coalesce(ask_again_at <= now(), false) as "isDue",
	reason_code = $5 as "isNameless"
	from etl.rejected_records
	where integration_id = $1 and account_id = $2 and stream = $3 and stage = 'extract' and resolved_at is null
	order by ask_again_at, record_id
	limit $4`;

/** Makes the next sync request records that the provider did not return. @returns the number of records */
export async function askAgainNow(pool: Pool, tenantId: string, ids: readonly string[]): Promise<number> {
	return await retryInTenant(pool, tenantId, async (client) => {
		const { rowCount } = await client.query(ASK_NOW, [ids]);
		return rowCount ?? 0;
	});
}

const ASK_NOW = `update etl.rejected_records set ask_again_at = now()
	where id = any ($1) and stage = 'extract' and resolved_at is null`;
