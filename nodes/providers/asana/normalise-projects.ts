import { dayAt } from '../../engine/months';
import { earlierDay, plusDays, type Day } from '../../shared/dates';
import type { ClientReference, Deletion } from '../../shared/messages';
import { columnText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { shaped } from '../../shared/shape';
import type { CanonicalRow, LooseRecord, Normalised, Normaliser, RawRecord } from '../normaliser';
import { DAILY_UNITS, dailyMetrics, type Figure, type Task } from './daily-metrics';
import { LocalDays } from './local-days';
import { PROJECT_UNITS, projectMetrics } from './project-metrics';
import { projectShape, tasksShape, type ProjectRecord, type TaskRecord } from './shapes';
import { unknownPropertiesOf } from './unknown-properties';

const SOURCE_SYSTEM = 'asana';
const UNITS = { ...DAILY_UNITS, ...PROJECT_UNITS };

type Metric = keyof typeof UNITS;

const METRICS = Object.keys(UNITS) as Metric[];

/** What counts as work: no approvals, no types of a company's own. */
const COUNTED = new Set(['default_task', 'milestone']);

/** A project with its tasks becomes the metrics of its last days. */
export const projects: Normaliser = {
	ratesNeeded: () => [],

	normalise(raw, { recomputeDays }): Normalised {
		const project = shaped(projectShape, raw.record, '');
		const records = shaped(tasksShape, project.tasks, 'tasks');
		assertCompletion(project, 'completed_at');
		const { timezone } = raw.account;
		const tasks = tasksThatCount(records, timezone);
		const today = dayAt(new Date(raw.fetchedAt), timezone);
		const days = new LocalDays(...daysOf(project, today, recomputeDays), timezone);
		const figures = figuresOf(project, tasks, days, timezone);
		const output = new Output(project, today);
		for (const [index, day] of days.days.entries()) output.add(day, figures[index]!);
		const { rows, deletions } = output;
		return { rows, deletions, unknownProperties: unknownPropertiesOf(raw.record as object, project.tasks) };
	},

	complete({ record, now }: LooseRecord): Pick<RawRecord, 'recordId' | 'fetchedAt' | 'record'> {
		const { gid } = record;
		if (typeof gid === 'string' && gid !== '') return { recordId: gid, fetchedAt: now, record };
		throw new Error('The item has no gid. Give the project with its fields, and its tasks in "tasks".');
	},
};

/** What is complete says since when, or its day could only be guessed. */
function assertCompletion({ completed, completed_at }: Completable, path: string): void {
	if (completed === (completed_at !== null)) return;
	const what = completed
		? 'It is complete without a time'
		: 'It has a time of completion and is not complete';
	throw new Rejection(
		'completion_unclear',
		path,
		`${what}. Look at it in Asana; it is read again with the next sync.`,
	);
}

type Completable = Pick<TaskRecord, 'completed' | 'completed_at'>;

/** A list that moved while it was read may hold a task twice: the later copy is the newer one. */
function tasksThatCount(records: readonly TaskRecord[], zone: string): Task[] {
	const distinct = new Map(records.map((record, index) => [record.gid, { record, index }]));
	const counted = [...distinct.values()].filter(({ record }) => counts(record));
	return counted.map(({ record, index }) => {
		assertCompletion(record, `tasks[${index}].completed_at`);
		return { createdAt: record.created_at, completedAt: record.completed_at, due: dueDayOf(record, zone) };
	});
}

function dueDayOf({ due_on, due_at }: TaskRecord, zone: string): Day | null {
	return due_on ?? (due_at === null ? null : dayAt(new Date(due_at), zone));
}

function counts({ resource_subtype, parent, is_rendered_as_separator }: TaskRecord): boolean {
	return COUNTED.has(resource_subtype) && parent === null && is_rendered_as_separator !== true;
}

/** The first and the last day to compute. */
function daysOf({ days }: ProjectRecord, today: Day, recomputeDays: number): [first: Day, last: Day] {
	const usual = plusDays(today, 1 - recomputeDays);
	if (days?.to !== undefined) return [days.from, earlierDay(days.to, today)];
	return [days === undefined ? usual : earlierDay(days.from, usual), today];
}

type Figures = Partial<Record<Metric, Figure>>;

/** The figures of each day; none before the project was there. */
function figuresOf(project: ProjectRecord, tasks: Task[], days: LocalDays, zone: string): Figures[] {
	const completion = projectMetrics(project, tasks, zone);
	const firstDay = dayAt(new Date(project.created_at), zone);
	return dailyMetrics(tasks, days).map((figures, index) => {
		const day = days.days[index]!;
		if (day < firstDay) return {};
		return { ...figures, ...(completion?.day === day && completion.figures) };
	});
}

/** Rows for what has a value, and deletions for what has none, so that a value of an earlier run goes. */
class Output {
	readonly rows: Array<CanonicalRow<'custom_metrics'>> = [];

	readonly deletions: Deletion[] = [];

	private readonly client: ClientReference;

	constructor(
		{ gid, name }: ProjectRecord,
		private readonly today: Day,
	) {
		this.client = {
			externalId: gid,
			clientName: typeof name === 'string' ? name.trim() || null : null,
			industry: null,
		};
	}

	add(day: Day, figures: Figures): void {
		for (const metricName of METRICS) {
			const figure = figures[metricName];
			if (figure) this.addRow(day, metricName, figure);
			else
				this.deletions.push({
					table: 'custom_metrics',
					client: this.client,
					metricName,
					recordDate: at(day),
				});
		}
	}

	private addRow(day: Day, metricName: Metric, { value, metadata }: Figure): void {
		const row = {
			metricName,
			metricValue: columnText(value, 4, 'tasks'),
			unit: UNITS[metricName],
			recordDate: at(day),
			sourceSystem: SOURCE_SYSTEM,
			metadata: { ...metadata, ...(day === this.today && { partial: true }) },
		};
		this.rows.push({ table: 'custom_metrics', client: this.client, row });
	}
}

/** A local date as the column takes it: it is not shifted by the zone. */
const at = (day: Day): string => `${day}T00:00:00.000Z`;
