import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { getInterval, readInTenant, readKpis, type KpiRequest, type KpiResult } from './kpi-request';

/** How the values of a period become one. */
export type Aggregation = 'sum' | 'average' | 'latest' | 'minimum' | 'maximum';

export interface MetricSeriesRequest extends KpiRequest {
	metric: string;
	aggregation: Aggregation;
}

/** A metric in one period and unit. */
export interface MetricRow {
	/** First and last day, `YYYY-MM-DD`, of UTC. */
	periodStart: string;
	periodEnd: string;
	metric: string;
	unit: string | null;
	/** An exact decimal; null in a period without values. */
	value: string | null;
	valuePrevious: string | null;
	valueChange: string | null;
	valueChangePercent: string | null;
	aggregation: Aggregation;
	/** How many values, and of how many clients; 0 in a gap. */
	points: number;
	clients: number;
	/** Whether the period is not over. */
	partial: boolean;
}

/**
 * A metric by period: never mixes units. A period without values between others has nulls. `latest` takes each client's
 * last value of the period and adds them up; percentages are averaged instead.
 * Parameters: metric, first day, last day, bucket, that as an interval, client or null, aggregation, number of rows.
 */
export const METRIC_SERIES = `with measured as (
	select date_trunc($4, m.record_date at time zone 'UTC')::date as period_start, m.unit, m.metric_value as value,
		m.client_kpi_id,
		row_number() over (
			partition by date_trunc($4, m.record_date at time zone 'UTC'), m.unit, m.client_kpi_id, m.source_system
			order by m.record_date desc
		) = 1 as is_latest
	from custom_metrics m
	where m.metric_name = $1
		and m.record_date >= (date_trunc($4, $2::timestamp) - $5::interval) at time zone 'UTC'
		and m.record_date < (date_trunc($4, $3::timestamp) + $5::interval) at time zone 'UTC'
		and ($6::text is null or m.client_kpi_id = $6)
),
figures as (
	select period_start, unit, count(*) as points, count(distinct client_kpi_id) as clients,
		round(case $7
			when 'sum' then sum(value)
			when 'minimum' then min(value)
			when 'maximum' then max(value)
			when 'latest' then case
				when unit ~* '^(%|percent)$' then avg(value) filter (where is_latest)
				else sum(value) filter (where is_latest)
			end
			else avg(value)
		end, 4) as value
	from measured
	group by 1, 2
),
periods as (
	select unit, generate_series(min(period_start)::timestamp, max(period_start), $5::interval)::date as period_start
	from figures
	group by 1
),
series as (
	select p.period_start, p.unit, f.value, f.points, f.clients,
		lag(f.value) over (partition by p.unit order by p.period_start) as value_before
	from periods p
	left join figures f on f.period_start = p.period_start and f.unit is not distinct from p.unit
)
select period_start::text as "periodStart",
	(period_start + $5::interval - interval '1 day')::date::text as "periodEnd", unit,
	value, value_before as "valuePrevious", value - value_before as "valueChange",
	round((value - value_before) / abs(nullif(value_before, 0)) * 100, 2) as "valueChangePercent",
	coalesce(points, 0)::int as points, coalesce(clients, 0)::int as clients,
	period_start + $5::interval > now() at time zone 'UTC' as partial
from series
where period_start >= date_trunc($4, $2::timestamp)
order by period_start desc, unit
limit $8`;

/**
 * A metric of a tenant by period, each with the change since the period before.
 * @throws Error if the tenant (or the chosen client) has no metric of this name
 */
export async function readMetricSeries(
	pool: Pool,
	request: MetricSeriesRequest,
): Promise<KpiResult<MetricRow>> {
	const { metric, from, to, bucket, aggregation } = request;
	return await readKpis(pool, request, async (client, clientKpiId, maxRows) => {
		const values = [metric, from, to, bucket, getInterval(bucket), clientKpiId, aggregation, maxRows];
		const { rows } = await client.query<MetricRow>(METRIC_SERIES, values);
		if (rows.length === 0) await assertMetric(client, metric, clientKpiId);
		return rows.map(({ periodStart, periodEnd, ...row }) => ({
			...{ periodStart, periodEnd, metric },
			...row,
			aggregation,
		}));
	});
}

/** Names of metrics in the message of an unknown one. */
const MAX_NAMED = 20;

async function assertMetric(client: PoolClient, metric: string, clientKpiId: string | null): Promise<void> {
	const { rowCount } = await client.query(
		'select from custom_metrics where metric_name = $1 and ($2::text is null or client_kpi_id = $2) limit 1',
		[metric, clientKpiId],
	);
	if (rowCount === 1) return;
	const names = await selectMetrics(client, { clientKpiId, limit: MAX_NAMED });
	const whose = clientKpiId ? 'This client' : 'This tenant';
	throw names.length === 0
		? new ExplainedError(`${whose} has no metrics yet.`, 'Sync Asana, or upload metrics.')
		: new ExplainedError(`${whose} has no metric "${metric}".`, `Its metrics: ${names.join(', ')}.`);
}

/** The names of a tenant's metrics that contain a text, in alphabetical order. */
export async function listMetrics(
	pool: Pool,
	{ tenantId, search = '', limit }: { tenantId: string; search?: string; limit: number },
): Promise<string[]> {
	return await readInTenant(pool, tenantId, (client) => selectMetrics(client, { search, limit }));
}

async function selectMetrics(
	client: PoolClient,
	{ search = '', clientKpiId = null, limit }: { search?: string; clientKpiId?: string | null; limit: number },
): Promise<string[]> {
	const { rows } = await client.query<{ name: string }>(
		`select distinct metric_name as name from custom_metrics
		where position(lower($1) in lower(metric_name)) > 0 and ($2::text is null or client_kpi_id = $2)
		order by 1 limit $3`,
		[search, clientKpiId, limit],
	);
	return rows.map(({ name }) => name);
}
