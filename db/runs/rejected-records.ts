import type { Pool } from 'pg';

import { withIsoInstants } from '../postgres/rows';
import { asWorker, inTenant } from '../postgres/transaction';

/** A rejected record with its reason. Instants are ISO 8601 in UTC. */
export interface RejectedRecord {
	id: string;
	tenantId: string;
	tenantName: string;
	/** Null for an upload. */
	integrationId: string | null;
	/** The run that rejected it last; null if that run was deleted. */
	syncRunId: string | null;
	provider: string;
	stream: string;
	accountId: string;
	recordId: string;
	/** Where it was rejected: not returned by the provider, when it was converted to rows, or by the loader. */
	stage: 'extract' | 'transform' | 'load';
	reasonCode: string;
	reasonPath: string | null;
	reasonMessage: string;
	/** Details for programs; null if there are none. */
	reasonDetail: Record<string, unknown> | null;
	firstSeenAt: string;
	lastSeenAt: string;
	/** The number of runs that rejected it. */
	attempts: number;
	/** When the provider is asked for it again; null if it is not to be asked. */
	askAgainAt: string | null;
	resolvedAt: string | null;
	/** The raw record, or `{ rows }` for stage `load`; only with `withPayload`. */
	payload?: unknown;
}

export interface RejectedFilter {
	ids?: readonly string[];
	tenantId?: string;
	provider?: string;
	stream?: string;
	reasonCode?: string;
	stage?: string;
	/** Only records that have been loaded since, or only open ones. */
	resolved?: boolean;
	/** Last seen at this time or later; ISO 8601. */
	since?: string;
	withPayload?: boolean;
	limit?: number;
}

/** Lists rejected records of every tenant, the last seen first. */
export async function listRejected(pool: Pool, filter: RejectedFilter): Promise<RejectedRecord[]> {
	const { ids, tenantId, provider, stream, reasonCode, stage, resolved, since, limit } = filter;
	const given = [ids, tenantId, provider, stream, reasonCode, stage, resolved, since, limit];
	const values = given.map((value) => value ?? null);
	const { rows } = await asWorker(pool, async (client) => await client.query<RejectedRecord>(LIST, values));
	const records = rows.map(withIsoInstants);
	return filter.withPayload ? await withPayloads(pool, records) : records;
}

/** Payloads are read as each tenant: the operator role may not see them. */
async function withPayloads(pool: Pool, records: RejectedRecord[]): Promise<RejectedRecord[]> {
	const payloads = new Map<string, unknown>();
	for (const tenantId of new Set(records.map((record) => record.tenantId))) {
		const ids = records.filter((record) => record.tenantId === tenantId).map(({ id }) => id);
		const { rows } = await inTenant(
			pool,
			tenantId,
			async (client) => await client.query<{ id: string; payload: unknown }>(PAYLOADS, [ids]),
		);
		for (const { id, payload } of rows) payloads.set(id, payload);
	}
	return records.map((record) => ({ ...record, payload: payloads.get(record.id) }));
}

const PAYLOADS = 'select id, payload from etl.rejected_records where id = any ($1)';

const LIST = `select id, tenant_id as "tenantId", tenant_name as "tenantName", integration_id as "integrationId",
	sync_run_id as "syncRunId", provider, stream, account_id as "accountId", record_id as "recordId", stage,
	reason_code as "reasonCode", reason_path as "reasonPath", reason_message as "reasonMessage", reason_detail as "reasonDetail",
	first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", attempts, ask_again_at as "askAgainAt", resolved_at as "resolvedAt"
	from etl.list_rejected_records($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** Why records were rejected, how many for this reason, and the latest message. */
export interface RejectedReason {
	code: string;
	records: number;
	message: string;
}

/** The reasons of the records that match, the most frequent first. */
export async function listRejectedReasons(pool: Pool, filter: RejectedFilter): Promise<RejectedReason[]> {
	const { tenantId, provider, stream, stage, resolved } = filter;
	const values = [tenantId, provider, stream, stage, resolved].map((value) => value ?? null);
	const { rows } = await asWorker(pool, (client) =>
		client.query<RejectedReason & { records: string }>(
			'select code, records, message from etl.list_rejected_reasons($1, $2, $3, $4, $5)',
			values,
		),
	);
	return rows.map((row) => ({ ...row, records: Number(row.records) }));
}
