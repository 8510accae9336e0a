import type { Pool } from 'pg';

import { getInterval, readKpis, type KpiRequest, type KpiResult } from './kpi-request';

export interface FunnelRequest extends KpiRequest {
	/** The currency of values that were not converted: the reporting currency of the syncs. */
	currency: string;
}

/** The leads that entered a stage in a period, each counted once. Their outcome is as of now. */
export interface FunnelRow {
	/** First and last day, `YYYY-MM-DD`, of UTC. */
	periodStart: string;
	periodEnd: string;
	/** Null where the source names none. */
	pipeline: string | null;
	stage: string;
	/** Leads that entered; deleted ones are not counted. */
	leads: number;
	/** Of them, in the period before; null if there were none. */
	leadsPrevious: number | null;
	leadsChange: number | null;
	leadsChangePercent: string | null;
	/** Of the leads, how many have since reached a later stage (other than as lost) or were won. */
	converted: number;
	conversionPercent: string | null;
	/** Of the leads, by their status now, wherever they are. */
	active: number;
	stale: number;
	won: number;
	lost: number;
	/** Leads that entered and were deleted since. */
	deleted: number;
	/** Of those that are in this stage now: an exact decimal; null if none has a value, or in several currencies. */
	value: string | null;
	/** Separated by commas if there are several. */
	currency: string | null;
	/** Whether the period is not over. */
	partial: boolean;
}

/**
 * Leads by period and stage, the stages in the order in which leads pass them, those of lost leads last.
 * Parameters: first day, last day, bucket, that as an interval, client or null, currency of values, number of rows.
 */
export const FUNNEL = `with entries as (
	select date_trunc($3, e.event_date at time zone 'UTC')::date as period_start,
		e.client_kpi_id, e.source_system, e.lead_id, coalesce(e.metadata ->> 'pipeline', '') as pipeline, e.stage,
		e.event_date, e.id, e.status, e.value, e.metadata -> 'fx' ->> 'reportingCurrency' as currency,
		row_number() over history as step,
		first_value(e.status) over latest as lead_status,
		first_value(e.id) over latest = e.id as is_latest
	from lead_events e
	where e.event_date >= (date_trunc($3, $1::timestamp) - $4::interval) at time zone 'UTC'
		and ($5::text is null or e.client_kpi_id = $5)
	window history as (partition by e.client_kpi_id, e.source_system, e.lead_id order by e.event_date, e.id),
		latest as (
			partition by e.client_kpi_id, e.source_system, e.lead_id
			order by e.status <> 'passed' desc, e.event_date desc, e.id desc
		)
),
positions as (
	select pipeline, stage, avg(step) + case when bool_and(status = 'lost') then 1000 else 0 end as position
	from entries
	group by 1, 2
),
followed as (
	select e.*, p.position,
		max(p.position) filter (where e.status not in ('lost', 'deleted')) over (
			partition by e.client_kpi_id, e.source_system, e.lead_id order by e.event_date, e.id
			rows between 1 following and unbounded following
		) as furthest
	from entries e
	join positions p on p.pipeline = e.pipeline and p.stage = e.stage
),
leads as (
	select period_start, pipeline, stage, position, lead_status as status,
		bool_or(coalesce(furthest > position, false)) or lead_status = 'won' as converted,
		sum(value) filter (where is_latest) as value, max(currency) filter (where is_latest) as currency
	from followed
	where event_date < (date_trunc($3, $2::timestamp) + $4::interval) at time zone 'UTC'
	group by 1, 2, 3, 4, 5, client_kpi_id, source_system, lead_id
),
stages as (
	select period_start, pipeline, stage, position,
		count(*) filter (where status <> 'deleted') as leads,
		count(*) filter (where status <> 'deleted' and converted) as converted,
		count(*) filter (where status = 'active') as active, count(*) filter (where status = 'stale') as stale,
		count(*) filter (where status = 'won') as won, count(*) filter (where status = 'lost') as lost,
		count(*) filter (where status = 'deleted') as deleted,
		case when count(distinct coalesce(currency, $6)) filter (where status <> 'deleted' and value is not null) = 1
			then sum(value) filter (where status <> 'deleted') end as value,
		string_agg(distinct coalesce(currency, $6), ', ') filter (where status <> 'deleted' and value is not null) as currency
	from leads
	group by 1, 2, 3, 4
)
select s.period_start::text as "periodStart",
	(s.period_start + $4::interval - interval '1 day')::date::text as "periodEnd",
	nullif(s.pipeline, '') as pipeline, s.stage, s.leads::int as leads, before.leads::int as "leadsPrevious",
	(s.leads - before.leads)::int as "leadsChange",
	round((s.leads - before.leads)::numeric / nullif(before.leads, 0) * 100, 2) as "leadsChangePercent",
	s.converted::int as converted, round(s.converted::numeric / nullif(s.leads, 0) * 100, 2) as "conversionPercent",
	s.active::int as active, s.stale::int as stale, s.won::int as won, s.lost::int as lost, s.deleted::int as deleted,
	s.value, s.currency,
	s.period_start + $4::interval > now() at time zone 'UTC' as partial
from stages s
left join stages before on before.period_start = s.period_start - $4::interval
	and before.pipeline = s.pipeline and before.stage = s.stage
where s.period_start >= date_trunc($3, $1::timestamp)
order by s.period_start desc, s.pipeline, s.position, s.stage
limit $7`;

/** How many leads entered each stage in each period, what became of them, and what they are worth. */
export async function readFunnel(pool: Pool, request: FunnelRequest): Promise<KpiResult<FunnelRow>> {
	const { from, to, bucket, currency } = request;
	return await readKpis(pool, request, async (client, clientKpiId, maxRows) => {
		const values = [from, to, bucket, getInterval(bucket), clientKpiId, currency, maxRows];
		return (await client.query<FunnelRow>(FUNNEL, values)).rows;
	});
}
