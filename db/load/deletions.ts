import type { PoolClient } from 'pg';

import type { Column, ColumnType } from '../schema/tables';
import { storable } from '../postgres/storable-text';
import type { RowOutcome } from './chunk';
import type { LoadDeletion, LoadRun, LoadRejection } from './input';
import { LEAD_CLIENTS, STORED_ENTRIES } from './leads';
import { prepareClient, type PreparedClient } from './prepared-client';
import {
	columnText,
	isPlainObject,
	isStorableJson,
	jsonText,
	readStorableText,
	InvalidValueError,
} from './column-values';

interface DeletedLead {
	index: number;
	accountId: string;
	leadId: string;
	deletedAt: string;
}

interface DeletedMetric {
	index: number;
	client: PreparedClient;
	metricName: string;
	/** Null for all rows of the metric. */
	recordDate: string | null;
	/** The day of the only row that stays. */
	keptDate: string | null;
	/** The value of a row of another day that moves to `keptDate`; null if none is to move. */
	keptValue: string | null;
	/** JSON. */
	keptMetadata: string | null;
}

export interface DeletionResult {
	/** One per deletion, in order. */
	outcomes: RowOutcome[];
	/** The reasons for rejected deletions, by index. */
	rejections: Map<number, LoadRejection>;
}

/**
 * Marks deleted leads and removes metrics that no longer have a value, after the chunk's rows have been written. Leads
 * that are marked already and rows that do not exist are `unchanged`.
 */
export async function applyDeletions(
	client: PoolClient,
	run: LoadRun,
	deletions: readonly LoadDeletion[],
): Promise<DeletionResult> {
	const result: DeletionResult = { outcomes: deletions.map(() => 'unchanged'), rejections: new Map() };
	const leads: DeletedLead[] = [];
	const metrics: DeletedMetric[] = [];
	for (const [index, given] of deletions.entries()) {
		try {
			if (given.table === 'lead_events') leads.push({ index, ...parseDeletedLead(given) });
			else metrics.push({ index, ...parseDeletedMetric(given, run) });
		} catch (error) {
			if (!(error instanceof InvalidValueError)) throw error;
			result.outcomes[index] = 'rejected';
			result.rejections.set(index, { code: error.code, path: error.path, message: error.message });
		}
	}
	for (const index of await markLeads(client, run, leads)) result.outcomes[index] = 'updated';
	for (const index of await removeMetrics(client, run, metrics)) result.outcomes[index] = 'updated';
	return result;
}

const required = (property: string, type: ColumnType): Column => ({
	name: property,
	property,
	type,
	nullable: false,
});

/** @throws InvalidValueError */
function parseDeletedLead(given: LoadDeletion): Omit<DeletedLead, 'index'> {
	return {
		accountId: requireText(given.accountId, 'accountId'),
		leadId: requireText(given.leadId, 'leadId'),
		deletedAt: columnText(required('deletedAt', 'timestamptz'), given.deletedAt)!,
	};
}

/** @throws InvalidValueError */
function parseDeletedMetric(given: LoadDeletion, run: LoadRun): Omit<DeletedMetric, 'index'> {
	if (given.table !== 'custom_metrics') throw wrongTable(given.table);
	if (!isPlainObject(given.client)) {
		throw new InvalidValueError(
			'missing_value',
			'client',
			'The message does not say which client it is about.',
		);
	}
	return {
		client: prepareClient(given.client, run),
		metricName: requireText(given.metricName, 'metricName'),
		...parseMetricDates(given),
		...parseKeptRow(given),
	};
}

/** The date of one row, or of the row that is kept while all others are removed. @throws InvalidValueError */
function parseMetricDates({
	recordDate,
	keptDate,
}: LoadDeletion): Pick<DeletedMetric, 'recordDate' | 'keptDate'> {
	if (keptDate === undefined) {
		return { recordDate: columnText(required('recordDate', 'timestamptz'), recordDate)!, keptDate: null };
	}
	const kept = { ...required('keptDate', 'timestamptz'), nullable: true };
	return { recordDate: null, keptDate: columnText(kept, keptDate) };
}

/** @throws InvalidValueError */
function parseKeptRow({
	keptValue,
	keptMetadata,
}: LoadDeletion): Pick<DeletedMetric, 'keptValue' | 'keptMetadata'> {
	const value: Column = { ...required('keptValue', 'numeric(12,4)'), nullable: true };
	const metadata = isPlainObject(keptMetadata) ? jsonText(keptMetadata) : undefined;
	const isStorable = metadata !== undefined && isStorableJson(metadata);
	return { keptValue: columnText(value, keptValue ?? null), keptMetadata: isStorable ? metadata : null };
}

function requireText(value: unknown, property: string): string {
	const text = readStorableText(columnText(required(property, 'text'), value), property);
	if (text !== '') return text;
	throw new InvalidValueError('missing_value', property, `${property} is empty.`);
}

function wrongTable(name: unknown): InvalidValueError {
	const given = typeof name === 'string' ? storable(name.slice(0, 60)) : typeof name;
	return new InvalidValueError(
		'unknown_table',
		'table',
		`Only leads of lead_events and rows of custom_metrics can be deleted, not rows of "${given}".`,
	);
}

// A copy of the lead that is newer than its deletion was restored since. The time of the first deletion is kept.
const MARK = `with ${LEAD_CLIENTS}, incoming as materialized (
	select i.*, $1::text as source_system,
		row_number() over (partition by lead_id, account_id order by deleted_at, ord) as nth
	from unnest($2::text[], $3::text[], $4::text[]) with ordinality as i(lead_id, account_id, deleted_at, ord)
), latest as materialized (
	select distinct on (i.ord) i.ord, i.deleted_at, t.id, t.status, t.metadata, t.version
	from incoming i, ${STORED_ENTRIES} t
	where i.nth = 1
	order by i.ord, (t.status <> 'passed') desc, t.event_date desc, t.external_id desc
)
update public.lead_events t
set status = 'deleted', metadata = t.metadata || jsonb_build_object('deletedAt', l.deleted_at)
from latest l
where t.id = l.id
	and not coalesce(l.version > l.deleted_at, false)
	and (l.status <> 'deleted' or coalesce((l.metadata ->> 'deletedAt') collate "C" > l.deleted_at, true))
returning l.ord::int as place`;

async function markLeads(
	client: PoolClient,
	{ provider }: LoadRun,
	leads: readonly DeletedLead[],
): Promise<number[]> {
	if (leads.length === 0) return [];
	const { rows } = await client.query<{ place: number }>(MARK, [
		provider,
		leads.map(({ leadId }) => leadId),
		leads.map(({ accountId }) => accountId),
		leads.map(({ deletedAt }) => deletedAt),
	]);
	return rows.map(({ place }) => leads[place - 1]!.index);
}

// If two deletions name the same row, either may count it.
const REMOVE = `with incoming as materialized (
	select i.*, coalesce(l.client_kpi_id, k.id) as client_kpi_id
	from unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::numeric[], $9::jsonb[])
		with ordinality
		as i(external_id, client_id, metric_name, record_date, kept_date, kept_value, kept_metadata, ord)
	left join etl.client_links l
		on l.tenant_id = $1 and l.provider = $2 and l.external_id = i.external_id
	left join public.client_kpis k on k.tenant_id = $1 and k.client_id = i.client_id
), removed as (
	delete from public.custom_metrics t using incoming i
	where t.client_kpi_id = i.client_kpi_id and t.metric_name = i.metric_name and t.source_system = $2
		and case when i.record_date is null then t.record_date is distinct from i.kept_date
			else t.record_date = i.record_date end
	returning i.ord, i.kept_date, i.kept_value, i.kept_metadata, t.*
), moved as (
	insert into public.custom_metrics as t (id, created_at, client_kpi_id, metric_name, metric_value, unit, record_date,
		source_system, metadata)
	select distinct on (r.client_kpi_id, r.metric_name) r.id, r.created_at, r.client_kpi_id, r.metric_name, r.kept_value,
		r.unit, r.kept_date, r.source_system,
		coalesce(r.metadata, '{}') - 'derived' - 'partial' || coalesce(r.kept_metadata, '{}')
	from removed r
	where r.kept_date is not null and r.kept_value is not null
	order by r.client_kpi_id, r.metric_name, r.record_date desc
	on conflict (client_kpi_id, metric_name, record_date, source_system) do nothing
)
select distinct ord::int as place from removed`;

async function removeMetrics(
	client: PoolClient,
	{ tenantId, provider }: LoadRun,
	metrics: readonly DeletedMetric[],
): Promise<number[]> {
	if (metrics.length === 0) return [];
	const { rows } = await client.query<{ place: number }>(REMOVE, [
		tenantId,
		provider,
		metrics.map((metric) => metric.client.externalId),
		metrics.map((metric) => metric.client.clientId),
		metrics.map(({ metricName }) => metricName),
		metrics.map(({ recordDate }) => recordDate),
		metrics.map(({ keptDate }) => keptDate),
		metrics.map(({ keptValue }) => keptValue),
		metrics.map(({ keptMetadata }) => keptMetadata),
	]);
	return rows.map(({ place }) => metrics[place - 1]!.index);
}
