/** One query of a dashboard, as README.md documents the tables. */
export interface DashboardQuery {
	name: string;
	text: string;
}

/** What dashboards ask of the three tables, for one client and for all clients of whoever asks. */
export function dashboardQueries(clientId: string): DashboardQuery[] {
	return [
		{
			name: 'financials of a client over a time range',
			text: `select record_date, revenue, expenses, net_profit, cash_flow from financials
				where client_kpi_id = '${clientId}' and record_date between '2024-01-01' and '2024-12-31'
				order by record_date`,
		},
		{
			name: 'a client’s funnel by stage and status',
			text: `select stage, status, count(*), sum(value) from lead_events
				where client_kpi_id = '${clientId}' and event_date >= '2024-01-01' group by stage, status`,
		},
		{
			name: 'one metric of a client over time',
			text: `select record_date, metric_value from custom_metrics
				where client_kpi_id = '${clientId}' and metric_name = 'throughput' and record_date >= '2026-01-01'
				order by record_date`,
		},
		{
			name: 'financials of all clients over a time range',
			text: `select record_date, sum(revenue) from financials
				where record_date between '2024-01-01' and '2024-12-31' group by record_date`,
		},
		{
			name: 'the funnel of all clients',
			text: 'select stage, status, count(*), sum(value) from lead_events group by stage, status',
		},
		{
			name: 'one metric of all clients over time',
			text: `select record_date, avg(metric_value) from custom_metrics
				where metric_name = 'throughput' group by record_date`,
		},
	];
}
