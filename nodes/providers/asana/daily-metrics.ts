import type { Day } from '../../shared/dates';
import { toAmount, columnText, sumAmounts, type Amount } from '../../shared/money';
import type { LocalDays } from './local-days';

/** A task that counts towards the metrics. Instants are milliseconds since 1970. */
export interface Task {
	createdAt: number;
	/** Null while the task is open, including a reopened one. */
	completedAt: number | null;
	/** The due date, in the account's time zone. */
	due: Day | null;
}

/** A metric's value on a day, with details for the row's metadata. */
export interface Figure {
	value: Amount;
	metadata?: Record<string, unknown>;
}

const DAY_MS = toAmount('86400000');
const HUNDRED = toAmount('100');

/** Metrics of a project's tasks with their units, in the order of their rows. */
export const DAILY_UNITS = {
	throughput: 'tasks',
	tasks_created: 'tasks',
	open_tasks: 'tasks',
	overdue_tasks: 'tasks',
	task_cycle_days: 'days',
	on_time_rate: 'percent',
	due_date_coverage: 'percent',
} as const;

export type DailyMetric = keyof typeof DAILY_UNITS;

/** Undefined where a mean or a rate has no tasks to be computed from. */
export type DailyFigures = Record<DailyMetric, Figure | undefined>;

/** Computes the metrics of each day: what happened on it, and what was open and overdue at its end. */
export function dailyMetrics(tasks: readonly Task[], days: LocalDays): DailyFigures[] {
	const { created, completed } = countEvents(tasks, days);
	const { open, overdue } = countOpen(tasks, days);
	return days.days.map((day, index) => ({
		throughput: count(completed[index]!.length),
		tasks_created: count(created[index]!),
		open_tasks: count(open[index]!),
		overdue_tasks: count(overdue[index]!),
		...completionFigures(completed[index]!, day),
	}));
}

type CompletedTask = Task & { completedAt: number };

/** Per day, the number of tasks created and the tasks completed. */
function countEvents(tasks: readonly Task[], days: LocalDays) {
	const created = days.days.map(() => 0);
	const completed = days.days.map((): CompletedTask[] => []);
	for (const task of tasks) {
		const made = days.findIndex(task.createdAt);
		if (created[made] !== undefined) created[made]++;
		const { completedAt } = task;
		if (completedAt !== null) completed[days.findIndex(completedAt)]?.push({ ...task, completedAt });
	}
	return { created, completed };
}

/** Per day, the number of tasks open at its end, and how many of those were overdue. */
function countOpen(tasks: readonly Task[], days: LocalDays) {
	const open = new DifferenceArray(days.days.length);
	const overdue = new DifferenceArray(days.days.length);
	for (const { createdAt, completedAt, due } of tasks) {
		const from = days.findIndex(createdAt);
		const until = completedAt === null ? Infinity : days.findIndex(completedAt);
		open.add(from, until);
		if (due !== null) overdue.add(Math.max(from, days.toOffset(due) + 1), until);
	}
	return { open: open.byDay(), overdue: overdue.byDay() };
}

/** Counts intervals per day: stores changes in the count and sums them up at the end. */
class DifferenceArray {
	private readonly changes: number[];

	constructor(private readonly days: number) {
		this.changes = Array.from({ length: days + 1 }, () => 0);
	}

	/** Adds an interval that includes the day `from` and excludes the day `until`. */
	add(from: number, until: number): void {
		if (until <= from) return;
		this.changes[this.within(from)]! += 1;
		this.changes[this.within(until)]! -= 1;
	}

	byDay(): number[] {
		let there = 0;
		return this.changes.slice(0, this.days).map((change) => (there += change));
	}

	private within(index: number): number {
		return Math.min(this.days, Math.max(0, index));
	}
}

function completionFigures(completed: readonly CompletedTask[], day: Day) {
	const due = completed.filter((task) => task.due !== null);
	const onTime = due.filter((task) => day <= task.due!).length;
	return {
		task_cycle_days: cycleDays(completed),
		on_time_rate: share(onTime, due.length, { onTime, tasks: due.length }),
		due_date_coverage: share(due.length, completed.length, {
			withDueDate: due.length,
			tasks: completed.length,
		}),
	};
}

function cycleDays(completed: readonly CompletedTask[]): Figure | undefined {
	if (completed.length === 0) return undefined;
	const spans = completed.map(({ createdAt, completedAt }) => toAmount(String(completedAt - createdAt)));
	const value = sumAmounts(spans).div(spans.length).div(DAY_MS);
	const median = columnText(computeMedian(spans).div(DAY_MS), 4, 'tasks');
	return { value, metadata: { median, tasks: spans.length } };
}

function computeMedian(amounts: readonly Amount[]): Amount {
	const sorted = amounts.toSorted((a, b) => a.comparedTo(b));
	const upper = sorted[sorted.length >> 1]!;
	return sorted.length % 2 === 1 ? upper : upper.plus(sorted[(sorted.length >> 1) - 1]!).div(2);
}

function share(part: number, whole: number, metadata: Record<string, unknown>): Figure | undefined {
	if (whole === 0) return undefined;
	return { value: toAmount(String(part)).times(HUNDRED).div(whole), metadata };
}

/** Makes a figure of an integer. */
export function count(number: number): Figure {
	return { value: toAmount(String(number)) };
}
