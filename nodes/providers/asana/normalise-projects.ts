import { ExplainedError } from '../../../db/postgres/explained-error';
import { toDay } from '../../shared/months';
import { earlierDay, plusDays, type Day } from '../../shared/dates';
import type { ClientReference, Deletion } from '../../shared/messages';
import { columnText } from '../../shared/money';
import type { Remark } from '../../shared/remarks';
import { parseAs } from '../../shared/shape';
import type { CanonicalRow, LooseRecord, Normalised, Normaliser, RawRecord } from '../provider';
import { DAILY_UNITS, dailyMetrics, type DailyMetric, type Figure, type Task } from './daily-metrics';
import { LocalDays } from './local-days';
import { PROJECT_UNITS, projectMetrics, type ProjectCompletion, type ProjectMetric } from './project-metrics';
import { projectSchema, tasksSchema, type ProjectRecord, type TaskRecord } from './schemas';
import { findUnknownProperties } from './unknown-properties';

const SOURCE_SYSTEM = 'asana';
const UNITS = { ...DAILY_UNITS, ...PROJECT_UNITS };

type Metric = keyof typeof UNITS;

const DAILY_METRICS = Object.keys(DAILY_UNITS) as DailyMetric[];
const PROJECT_METRICS = Object.keys(PROJECT_UNITS) as ProjectMetric[];

/** Task types that count as work: no approvals, no custom types. */
const COUNTED = new Set(['default_task', 'milestone']);

/** Turns a project with its tasks into metrics of recent days. */
export const projects: Normaliser = {
	ratesNeeded: () => [],

	normalise(raw, { recomputeDays }): Normalised {
		const project = parseAs(projectSchema, raw.record, '');
		const records = parseAs(tasksSchema, project.tasks, 'tasks');
		const { timezone } = raw.account;
		const counted = latestCopies(records).filter(counts);
		const clear = counted.filter(isCompletionClear);
		const tasks = clear.map((record) => toTask(record, timezone));
		const today = toDay(new Date(raw.fetchedAt), timezone);
		const days = new LocalDays(...chooseDays(project, today, recomputeDays), timezone);
		const firstDay = toDay(new Date(project.created_at), timezone);
		const output = new Output(project, today);
		for (const [index, figures] of dailyMetrics(tasks, days).entries()) {
			const day = days.days[index]!;
			output.addDay(day, day < firstDay ? {} : figures);
		}
		if (isCompletionClear(project)) {
			const completion = projectMetrics(
				{ ...project, completed_at: getCompletionTime(project) },
				tasks,
				timezone,
			);
			output.addCompletion(completion && completion.day >= firstDay ? completion : undefined, days);
		}
		const remarks = remarksOn(project, counted.length - clear.length);
		const unknownProperties = findUnknownProperties(raw.record as object, project.tasks);
		return { ...output, ...(remarks.length > 0 && { remarks }), unknownProperties };
	},

	complete({ record, now }: LooseRecord): Pick<RawRecord, 'recordId' | 'fetchedAt' | 'record'> {
		const { gid } = record;
		if (typeof gid === 'string' && gid !== '') return { recordId: gid, fetchedAt: now, record };
		throw new ExplainedError(
			'The item has no gid.',
			'Provide the project with its fields, and its tasks in "tasks".',
		);
	},
};

type Completable = Pick<TaskRecord, 'completed' | 'completed_at'>;

/** A completed object needs its completion time: its day must not be guessed. */
const isCompletionClear = ({ completed, completed_at }: Completable): boolean =>
	!completed || completed_at !== null;

/** A reopened object may still have a completion time. */
const getCompletionTime = ({ completed, completed_at }: Completable): number | null =>
	completed ? completed_at : null;

function remarksOn(project: ProjectRecord, unclearTasks: number): Remark[] {
	return [
		...(unclearTasks > 0 ? [{ kind: 'unclearTask' } as const] : []),
		...(isCompletionClear(project) ? [] : [{ kind: 'unclearProject' } as const]),
	];
}

/** A list that changed during the read may hold a task twice. The later copy is the newer one. */
const latestCopies = (records: readonly TaskRecord[]): TaskRecord[] => [
	...new Map(records.map((record) => [record.gid, record])).values(),
];

const toTask = (record: TaskRecord, zone: string): Task => ({
	createdAt: record.created_at,
	completedAt: getCompletionTime(record),
	due: getDueDay(record, zone),
});

function getDueDay({ due_on, due_at }: TaskRecord, zone: string): Day | null {
	return due_on ?? (due_at === null ? null : toDay(new Date(due_at), zone));
}

function counts({ resource_subtype, parent, is_rendered_as_separator }: TaskRecord): boolean {
	return COUNTED.has(resource_subtype) && parent === null && is_rendered_as_separator !== true;
}

/** Chooses the first and the last day to compute. */
function chooseDays({ days }: ProjectRecord, today: Day, recomputeDays: number): [first: Day, last: Day] {
	const usual = plusDays(today, 1 - recomputeDays);
	if (days?.to !== undefined) return [days.from, earlierDay(days.to, today)];
	return [days === undefined ? usual : earlierDay(days.from, usual), today];
}

type Figures = Partial<Record<Metric, Figure>>;

/** Collects rows for metrics that have a value, and deletions for the others, to remove values of earlier runs. */
class Output {
	readonly rows: Array<CanonicalRow<'custom_metrics'>> = [];

	readonly deletions: Deletion[] = [];

	readonly #client: ClientReference;

	readonly #today: Day;

	constructor({ gid, name }: ProjectRecord, today: Day) {
		const known = typeof name === 'string' && name.trim() !== '' ? name : null;
		this.#client = { externalId: gid, clientName: known, industry: null };
		this.#today = today;
	}

	addDay(day: Day, figures: Figures): void {
		for (const metricName of DAILY_METRICS) {
			const figure = figures[metricName];
			if (figure) this.#addRow(day, metricName, figure);
			else this.deletions.push({ ...this.#deletionOf(metricName), recordDate: at(day) });
		}
	}

	/**
	 * A project has each of these metrics at most once. Values of an earlier completion are deleted, or moved to the day of
	 * the current one if that day is not recomputed.
	 */
	addCompletion(completion: ProjectCompletion | undefined, { days }: LocalDays): void {
		for (const metricName of PROJECT_METRICS) {
			const figure = completion?.figures[metricName];
			const deletion = this.#deletionOf(metricName);
			if (!completion || !figure) this.deletions.push({ ...deletion, keptDate: null });
			else {
				const isComputed = days.includes(completion.day);
				if (isComputed) this.#addRow(completion.day, metricName, figure);
				const moved = isComputed ? {} : movedTo(figure);
				this.deletions.push({ ...deletion, keptDate: at(completion.day), ...moved });
			}
		}
	}

	#deletionOf(metricName: Metric) {
		return { table: 'custom_metrics', client: this.#client, metricName } as const;
	}

	#addRow(day: Day, metricName: Metric, { value, metadata }: Figure): void {
		const row = {
			metricName,
			metricValue: columnText(value, 4, 'tasks'),
			unit: UNITS[metricName],
			recordDate: at(day),
			sourceSystem: SOURCE_SYSTEM,
			metadata: { ...metadata, ...(day === this.#today && { partial: true }) },
		};
		this.rows.push({ table: 'custom_metrics', client: this.#client, row });
	}
}

const movedTo = ({ value, metadata }: Figure) => ({
	keptValue: columnText(value, 4, 'tasks'),
	...(metadata && { keptMetadata: metadata }),
});

/** A local date as the column stores it: midnight UTC, not shifted by the time zone. */
const at = (day: Day): string => `${day}T00:00:00.000Z`;
