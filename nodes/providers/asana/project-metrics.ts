import { toDay } from '../../shared/months';
import type { Day } from '../../shared/dates';
import { count, type Figure, type Task } from './daily-metrics';
import { daysFrom } from './local-days';
import type { ProjectRecord } from './schemas';

/** Metrics of a project as a whole, with their units. */
export const PROJECT_UNITS = {
	project_delivery_days: 'days',
	project_schedule_variance_days: 'days',
} as const;

export type ProjectMetric = keyof typeof PROJECT_UNITS;

/** Figures derived from a project's completion, and its local day. */
export interface ProjectCompletion {
	day: Day;
	figures: Record<ProjectMetric, Figure | undefined>;
}

/** Computes the figures of a project's completion; undefined if it is not complete. */
export function projectMetrics(
	project: ProjectRecord,
	tasks: readonly Task[],
	zone: string,
): ProjectCompletion | undefined {
	const localDay = (ms: number): Day => toDay(new Date(ms), zone);
	if (project.completed_at !== null) {
		const day = localDay(project.completed_at);
		const began = project.start_on ?? localDay(project.created_at);
		const late = project.due_on === null ? undefined : count(daysFrom(project.due_on, day));
		return {
			day,
			figures: {
				project_delivery_days: count(daysFrom(began, day)),
				project_schedule_variance_days: late,
			},
		};
	}
	return derivedFrom(project, tasks, localDay);
}

/** Many teams never mark a project as complete. It then counts as completed with its last task. */
function derivedFrom(project: ProjectRecord, tasks: readonly Task[], localDay: (ms: number) => Day) {
	let [began, ended] = [Infinity, -Infinity];
	for (const { createdAt, completedAt } of tasks) {
		if (completedAt === null) return undefined;
		began = Math.min(began, createdAt);
		ended = Math.max(ended, completedAt);
	}
	if (tasks.length === 0) return undefined;
	const day = localDay(ended);
	const delivery = count(daysFrom(project.start_on ?? localDay(began), day));
	return {
		day,
		figures: {
			project_delivery_days: { ...delivery, metadata: { derived: true } },
			project_schedule_variance_days: undefined,
		},
	};
}
