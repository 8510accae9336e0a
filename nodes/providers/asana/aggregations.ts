import type { DailyMetric } from './daily-metrics';
import type { ProjectMetric } from './project-metrics';

/**
 * How a metric's values of several days become one: what happened adds up, what is open at a day's end is a level, and
 * means and shares are averaged.
 */
export const AGGREGATIONS: Record<DailyMetric | ProjectMetric, 'sum' | 'latest' | 'average'> = {
	throughput: 'sum',
	tasks_created: 'sum',
	open_tasks: 'latest',
	overdue_tasks: 'latest',
	task_cycle_days: 'average',
	on_time_rate: 'average',
	due_date_coverage: 'average',
	project_delivery_days: 'average',
	project_schedule_variance_days: 'average',
};
