import { FINANCIALS } from '../../../db/readers/financials';
import { FUNNEL } from '../../../db/readers/funnel';
import { METRIC_SERIES } from '../../../db/readers/metric-series';

/** One query of a dashboard, as docs/dashboards.md documents it. */
export interface DashboardQuery {
	name: string;
	text: string;
	values: unknown[];
}

const MAX_ROWS = 1000;

/** What dashboards ask of the three tables, for one client and for all clients of whoever asks. */
export function dashboardQueries(clientId: string): DashboardQuery[] {
	return [clientId, null].flatMap((client) => {
		const whose = client ? 'a client' : 'all clients';
		const year = ['2024-01-01', '2024-12-31', 'month', '1 month', client];
		const metric = ['throughput', '2026-01-01', '2026-12-31', 'day', '1 day', client, 'average'];
		return [
			{ name: `financials of ${whose}`, text: FINANCIALS, values: [...year, false, MAX_ROWS] },
			{ name: `the funnel of ${whose}`, text: FUNNEL, values: [...year, 'AUD', MAX_ROWS] },
			{ name: `a metric of ${whose}`, text: METRIC_SERIES, values: [...metric, MAX_ROWS] },
		];
	});
}
