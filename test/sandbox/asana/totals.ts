import { addDays, daysBetween, daysThrough, localDay } from './calendar';
import type { Project, Task, Workspace } from './model';

/** What a project's day must hold: metric values as decimal text with four places; none where there is no value. */
export type DayTotals = Record<string, string>;

export interface TotalsQuestion {
	/** IANA: the one that the figures are made for. */
	timezone: string;
	now: number;
	/** How many days, ending with today. */
	days: number;
}

/**
 * The golden metrics of a project by local day (`YYYY-MM-DD`), counted day by day straight from the tasks, with whole
 * numbers alone. Must never look at a reply: it is what the reading of replies is measured against.
 */
export function totalsOf(
	workspace: Workspace,
	project: Project,
	question: TotalsQuestion,
): Map<string, DayTotals> {
	const { timezone, now, days } = question;
	const today = localDay(now, timezone);
	const facts = project.taskGids
		.map((gid) => workspace.tasks.get(gid))
		.filter((task): task is Task => task !== undefined && isWork(task))
		.map((task) => factsOf(task, timezone));
	const all = daysThrough(addDays(today, 1 - days), today);
	const firstDay = localDay(project.createdAt, timezone);
	return new Map(
		all.map((day) => [
			day,
			day < firstDay ? {} : { ...ofTasks(facts, day), ...ofProject(project, facts, day, timezone) },
		]),
	);
}

/** The median of the cycle times of a day, which stands beside the mean. */
export function medianCycleOf(
	workspace: Workspace,
	project: Project,
	day: string,
	timezone: string,
): string | null {
	const spans = project.taskGids
		.map((gid) => workspace.tasks.get(gid)!)
		.filter(isWork)
		.filter(({ completedAt }) => completedAt !== null && localDay(completedAt, timezone) === day)
		.map(({ completedAt, createdAt }) => completedAt! - createdAt)
		.sort((a, b) => a - b);
	if (spans.length === 0) return null;
	const half = spans.length / 2;
	const middle = spans.filter((_, index) => index >= half - 1 && index <= half);
	return ratio(sum(middle), BigInt(middle.length) * DAY_MS);
}

const DAY_MS = 86_400_000n;

interface Facts {
	createdAt: number;
	completedAt: number | null;
	createdOn: string;
	completedOn: string | null;
	dueOn: string | null;
}

function isWork({ subtype, parent, separator }: Task): boolean {
	if (separator || parent !== null) return false;
	return subtype === 'default_task' || subtype === 'milestone';
}

function factsOf({ createdAt, completedAt, dueOn }: Task, timezone: string): Facts {
	return {
		createdAt,
		completedAt,
		createdOn: localDay(createdAt, timezone),
		completedOn: completedAt === null ? null : localDay(completedAt, timezone),
		dueOn,
	};
}

function ofTasks(facts: Facts[], day: string): DayTotals {
	const done = facts.filter(({ completedOn }) => completedOn === day);
	const open = facts.filter(
		({ createdOn, completedOn }) => createdOn <= day && (completedOn === null || completedOn > day),
	);
	const withDue = done.filter(({ dueOn }) => dueOn !== null);
	const spent = sum(done.map(({ completedAt, createdAt }) => completedAt! - createdAt));
	return {
		throughput: whole(done.length),
		tasks_created: whole(facts.filter(({ createdOn }) => createdOn === day).length),
		open_tasks: whole(open.length),
		overdue_tasks: whole(open.filter(({ dueOn }) => dueOn !== null && dueOn < day).length),
		...(done.length > 0 && { task_cycle_days: ratio(spent, BigInt(done.length) * DAY_MS) }),
		...(withDue.length > 0 && {
			on_time_rate: percent(withDue.filter(({ dueOn }) => dueOn! >= day).length, withDue.length),
		}),
		...(done.length > 0 && { due_date_coverage: percent(withDue.length, done.length) }),
	};
}

function ofProject(project: Project, facts: Facts[], day: string, timezone: string): DayTotals {
	const { completedAt, createdAt, startOn, dueOn } = project;
	if (completedAt !== null) {
		if (localDay(completedAt, timezone) !== day) return {};
		return {
			project_delivery_days: whole(daysBetween(startOn ?? localDay(createdAt, timezone), day)),
			...(dueOn !== null && { project_schedule_variance_days: whole(daysBetween(dueOn, day)) }),
		};
	}
	const ends = facts.map(({ completedOn }) => completedOn ?? '9999-12-31').sort();
	if (ends.at(-1) !== day) return {};
	const began = startOn ?? facts.map(({ createdOn }) => createdOn).sort()[0]!;
	return { project_delivery_days: whole(daysBetween(began, day)) };
}

function sum(numbers: number[]): bigint {
	return numbers.reduce((total, one) => total + BigInt(one), 0n);
}

const whole = (number: number): string => `${number}.0000`;

const percent = (part: number, all: number): string => ratio(BigInt(part) * 100n, BigInt(all));

/** A fraction as decimal text with four places, half up. */
function ratio(numerator: bigint, denominator: bigint): string {
	const size = numerator < 0n ? -numerator : numerator;
	const rounded = (size * 20_000n + denominator) / (2n * denominator);
	const digits = String(rounded).padStart(5, '0');
	const sign = numerator < 0n && rounded !== 0n ? '-' : '';
	return `${sign}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
