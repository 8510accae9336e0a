import type { Pool } from 'pg';

import type { RecordCounts, RowCounts } from '../../../nodes/shared/messages';

/** A sync run as `etl.sync_runs` holds it, its counts summed over the streams. */
export interface BookedRun {
	id: string;
	tenantId: string;
	tenant: string;
	provider: string;
	status: string;
	records: RecordCounts;
	rows: RowCounts;
	error: { class: string; message: string } | null;
	warnings: string[];
	retryAt: string | null;
	durationMs: number;
}

const RECORDS: RecordCounts = { extracted: 0, normalised: 0, skipped: 0, rejected: 0, filtered: 0 };
const ROWS: RowCounts = {
	produced: 0,
	inserted: 0,
	updated: 0,
	unchanged: 0,
	superseded: 0,
	deduplicated: 0,
	rejected: 0,
};

type StreamCounts = { records?: Partial<RecordCounts>; rows?: Partial<RowCounts> };

interface Row {
	id: string;
	tenant_id: string;
	tenant: string;
	provider: string;
	status: string;
	counts: Record<string, StreamCounts> & { warnings?: string[] };
	error: BookedRun['error'];
	retry_at: string | null;
	duration_ms: number;
}

/**
 * The runs of one execution of n8n, by its number or with its instance before it, or all of them, in the order of the
 * tenants' names.
 */
export async function bookedRuns(admin: Pool, executionId?: string): Promise<BookedRun[]> {
	const { rows } = await admin.query<Row>(
		`select r.id, r.tenant_id, t.name as tenant, r.provider, r.status, coalesce(r.counts, '{}') as counts,
			r.error, r.retry_at::text, extract(epoch from r.finished_at - r.started_at)::float8 * 1000 as duration_ms
		from etl.sync_runs r join tenants t on t.id = r.tenant_id
		where $1::text is null or r.execution_id = $1 or split_part(r.execution_id, ':', 2) = $1
		order by t.name, r.started_at`,
		[executionId ?? null],
	);
	return rows.map((row) => {
		const { warnings = [], ...streams } = row.counts;
		const counts = Object.values(streams);
		return {
			id: row.id,
			tenantId: row.tenant_id,
			tenant: row.tenant,
			provider: row.provider,
			status: row.status,
			records: sum(
				RECORDS,
				counts.map(({ records }) => records),
			),
			rows: sum(
				ROWS,
				counts.map(({ rows: loaded }) => loaded),
			),
			error: row.error,
			warnings,
			retryAt: row.retry_at,
			durationMs: Math.round(row.duration_ms),
		};
	});
}

function sum<T extends object>(zero: T, parts: Array<Partial<T> | undefined>): T {
	const total = { ...zero };
	for (const key of Object.keys(zero) as Array<keyof T & string>) {
		const figures = parts.map((part) => Number(part?.[key] ?? 0));
		Object.assign(total, { [key]: figures.reduce((left, right) => left + right, 0) });
	}
	return total;
}

/** Both sums that every run promises; a sentence for each that does not hold. */
export function imbalances({ tenant, records, rows }: BookedRun): string[] {
	const { extracted, normalised, skipped, filtered } = records;
	const { produced, inserted, updated, unchanged, superseded, deduplicated } = rows;
	const fates = normalised + skipped + records.rejected + filtered;
	const ends = inserted + updated + unchanged + superseded + deduplicated + rows.rejected;
	return [
		...(extracted === fates ? [] : [`${tenant}: ${extracted} records came, ${fates} are accounted for.`]),
		...(produced === ends ? [] : [`${tenant}: ${produced} rows were made, ${ends} are accounted for.`]),
	];
}

export interface Figures {
	revenue: string;
	expenses: string;
	netProfit: string;
	cashFlow: string;
}

/** What `financials` holds of a tenant's connection, by `external_id`. */
export async function financialsOf(
	admin: Pool,
	tenant: { id: string; provider: string },
): Promise<Map<string, Figures>> {
	const { rows } = await admin.query<Figures & { externalId: string }>(
		`select f.external_id as "externalId", f.revenue::text, f.expenses::text, f.net_profit::text as "netProfit",
			f.cash_flow::text as "cashFlow"
		from financials f join client_kpis c on c.id = f.client_kpi_id
		where c.tenant_id = $1 and f.source_system = $2 order by f.external_id`,
		[tenant.id, tenant.provider],
	);
	return new Map(rows.map(({ externalId, ...figures }) => [externalId, figures]));
}

/** Which transaction wrote each row that a load may write; equal maps mean that nothing was written. */
export async function rowVersions(admin: Pool): Promise<Map<string, string>> {
	const tables = ['client_kpis', 'financials', 'lead_events', 'custom_metrics'];
	const queries = tables.map(
		(table) => `select '${table}/' || id as row, xmin::text || ctid::text as version from ${table}`,
	);
	const { rows } = await admin.query<{ row: string; version: string }>(
		`${queries.join(' union all ')} order by 1`,
	);
	return new Map(rows.map(({ row, version }) => [row, version]));
}

/**
 * What a sync is about, as sorted text without ids and times: clients, figures and their metadata (without `_src`,
 * which names the run), the states of the streams and the open rejected records.
 */
export async function businessRows(admin: Pool): Promise<string[]> {
	const { rows } = await admin.query<{ line: string }>(`
		select 'client ' || jsonb_build_array(tenant_id, client_id, client_name, industry)::text as line from client_kpis
		union all
		select 'financials ' || jsonb_build_array(c.tenant_id, c.client_id, f.record_date, f.revenue, f.expenses, f.net_profit,
			f.cash_flow, f.currency, f.source_system, f.external_id, f.metadata - '_src')::text
		from financials f join client_kpis c on c.id = f.client_kpi_id
		union all
		select 'lead ' || jsonb_build_array(c.tenant_id, c.client_id, l.event_date, l.lead_id, l.stage, l.value, l.status,
			l.source_system, l.external_id, l.metadata - '_src')::text
		from lead_events l join client_kpis c on c.id = l.client_kpi_id
		union all
		select 'metric ' || jsonb_build_array(c.tenant_id, c.client_id, m.metric_name, m.metric_value, m.unit, m.record_date,
			m.source_system, m.metadata - '_src')::text
		from custom_metrics m join client_kpis c on c.id = m.client_kpi_id
		union all
		select 'state ' || jsonb_build_array(tenant_id, integration_id, account_id, stream)::text from etl.stream_states
		union all
		select 'rejected ' || jsonb_build_array(tenant_id, provider, stream, account_id, record_id, stage, reason_code)::text
		from etl.rejected_records where resolved_at is null
		order by 1`);
	return rows.map(({ line }) => line);
}

/** Every row of every table of both schemas as text, to be searched for what must not be there. */
export async function everyRow(admin: Pool): Promise<string> {
	const { rows: tables } = await admin.query<{ name: string }>(
		`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
	);
	const parts: string[] = [];
	for (const { name } of tables) {
		const { rows } = await admin.query<{ text: string }>(`select t::text as text from ${name} t`);
		parts.push(name, ...rows.map(({ text }) => text));
	}
	return parts.join('\n');
}
