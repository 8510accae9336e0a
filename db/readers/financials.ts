import type { Pool } from 'pg';

import { getInterval, readClientNames, readKpis, type KpiRequest, type KpiResult } from './kpi-request';

export interface FinancialsRequest extends KpiRequest {
	bucket: 'month' | 'quarter' | 'year';
	/** Whether each client gets rows of its own. */
	splitByClient?: boolean;
}

/** A figure that is compared with the period before. Exact decimals; null where there is no figure. */
type Compared<Name extends string> = Record<
	Name | `${Name}Previous` | `${Name}Change` | `${Name}ChangePercent`,
	string | null
>;

/** The figures of one period in one currency. */
export type FinancialsRow = Compared<'revenue'> &
	Compared<'expenses'> &
	Compared<'netProfit'> &
	Compared<'cashFlow'> & {
		/** First and last day, `YYYY-MM-DD`. */
		periodStart: string;
		periodEnd: string;
		currency: string;
		/** Null if the clients are added up. */
		clientKpiId: string | null;
		clientName: string | null;
		/** How many clients have figures in the period; 0 in a gap. */
		clients: number;
		/** How many months of the period have figures. */
		months: number;
		/** Whether the period is not over, or holds a month that was not over when it was read. */
		partial: boolean;
		/** Where the figures come from. */
		sources: string[];
	};

/**
 * Profit and loss by period: never adds up different currencies. A period without figures between others has nulls.
 * Parameters: first day, last day, `month`, `quarter` or `year`, that as an interval, client or null, whether by client,
 * number of rows.
 */
export const FINANCIALS = `with figures as (
	select date_trunc($3, f.record_date::timestamp)::date as period_start, f.currency,
		case when $6 then f.client_kpi_id end as client_kpi_id,
		sum(f.revenue) as revenue, sum(f.expenses) as expenses,
		sum(f.net_profit) as net_profit, sum(f.cash_flow) as cash_flow,
		count(distinct f.client_kpi_id) as clients,
		count(distinct date_trunc('month', f.record_date::timestamp)) as months,
		bool_or(coalesce(f.metadata -> 'partial' = 'true', false)) as partial,
		array_agg(distinct f.source_system) filter (where f.source_system is not null) as sources
	from financials f
	where f.record_date >= date_trunc($3, $1::timestamp) - $4::interval
		and f.record_date < date_trunc($3, $2::timestamp) + $4::interval
		and ($5::text is null or f.client_kpi_id = $5)
	group by 1, 2, 3
),
periods as (
	select currency, client_kpi_id,
		generate_series(min(period_start)::timestamp, max(period_start), $4::interval)::date as period_start
	from figures
	group by 1, 2
),
series as (
	select p.period_start, (p.period_start + $4::interval - interval '1 day')::date as period_end,
		p.currency, p.client_kpi_id, f.revenue, f.expenses, f.net_profit, f.cash_flow,
		lag(f.revenue) over before as revenue_before, lag(f.expenses) over before as expenses_before,
		lag(f.net_profit) over before as net_profit_before, lag(f.cash_flow) over before as cash_flow_before,
		f.clients, f.months, f.partial, f.sources
	from periods p
	left join figures f on f.period_start = p.period_start and f.currency = p.currency
		and f.client_kpi_id is not distinct from p.client_kpi_id
	window before as (partition by p.currency, p.client_kpi_id order by p.period_start)
)
select period_start::text as "periodStart", period_end::text as "periodEnd", currency, client_kpi_id as "clientKpiId",
	revenue, revenue_before as "revenuePrevious", revenue - revenue_before as "revenueChange",
	round((revenue - revenue_before) / abs(nullif(revenue_before, 0)) * 100, 2) as "revenueChangePercent",
	expenses, expenses_before as "expensesPrevious", expenses - expenses_before as "expensesChange",
	round((expenses - expenses_before) / abs(nullif(expenses_before, 0)) * 100, 2) as "expensesChangePercent",
	net_profit as "netProfit", net_profit_before as "netProfitPrevious",
	net_profit - net_profit_before as "netProfitChange",
	round((net_profit - net_profit_before) / abs(nullif(net_profit_before, 0)) * 100, 2) as "netProfitChangePercent",
	cash_flow as "cashFlow", cash_flow_before as "cashFlowPrevious", cash_flow - cash_flow_before as "cashFlowChange",
	round((cash_flow - cash_flow_before) / abs(nullif(cash_flow_before, 0)) * 100, 2) as "cashFlowChangePercent",
	coalesce(clients, 0)::int as clients, coalesce(months, 0)::int as months,
	coalesce(partial, false) or period_end >= (now() at time zone 'UTC')::date as partial,
	coalesce(sources, '{}') as sources
from series
where period_start >= date_trunc($3, $1::timestamp)
order by period_start desc, currency, client_kpi_id
limit $7`;

/** The figures of a tenant's clients by month, quarter or year, each with the change since the period before. */
export async function readFinancials(
	pool: Pool,
	request: FinancialsRequest,
): Promise<KpiResult<FinancialsRow>> {
	const { from, to, bucket, splitByClient = false } = request;
	return await readKpis(pool, request, async (client, clientKpiId, maxRows) => {
		const values = [from, to, bucket, getInterval(bucket), clientKpiId, splitByClient, maxRows];
		const { rows } = await client.query<Omit<FinancialsRow, 'clientName'>>(FINANCIALS, values);
		const ids = rows.flatMap((row) => row.clientKpiId ?? []);
		const names = ids.length > 0 ? await readClientNames(client, ids) : new Map<string, string>();
		return rows.map(
			(row) => ({ ...row, clientName: names.get(row.clientKpiId ?? '') ?? null }) as FinancialsRow,
		);
	});
}
