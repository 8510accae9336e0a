import { projects } from '../../../../nodes/providers/asana/normalise-projects';
import type {
	CanonicalRow,
	NormaliseSettings,
	Normalised,
	RawRecord,
} from '../../../../nodes/providers/provider';
import { canonicalRows } from '../../../../nodes/shared/canonical-rows';
import { Conversion } from '../../../../nodes/shared/conversion';
import { catchRejection, Rejection } from '../../../../nodes/shared/rejection';

type Json = Record<string, unknown>;

/** A task as Asana gives it, made on 1 June 2026 at noon in UTC and still open. */
export const task = (change: Json = {}): Json => ({
	gid: `12${String(++made).padStart(17, '0')}`,
	resource_subtype: 'default_task',
	completed: typeof change.completed_at === 'string',
	completed_at: null,
	created_at: '2026-06-01T12:00:00.000Z',
	due_on: null,
	due_at: null,
	parent: null,
	is_rendered_as_separator: false,
	...change,
});

let made = 0;

/** A project as Extract composes it, made on 1 May 2026. */
export const project = (tasks: Json[], change: Json = {}): Json => ({
	gid: '1208888888888888881',
	name: 'Relaunch',
	completed: typeof change.completed_at === 'string',
	completed_at: null,
	created_at: '2026-05-01T00:00:00.000Z',
	start_on: null,
	due_on: null,
	tasks,
	...change,
});

export interface Circumstances {
	timezone?: string;
	/** When the record was read. */
	now?: string;
	recomputeDays?: number;
}

const settings: NormaliseSettings = {
	reportingCurrency: 'AUD',
	maxRateAgeDays: 7,
	sectionMap: new Map(),
	stageMap: new Map(),
	clientPer: 'account',
	staleAfterDays: 30,
	recomputeDays: 35,
};

function rawProject(record: unknown, { timezone = 'Etc/UTC', now = NOON }: Circumstances = {}): RawRecord {
	return {
		recordId: '1208888888888888881',
		stream: 'projects',
		account: { id: '1201', name: 'Harbour Agency', timezone, currency: 'AUD' },
		syncRunId: 'run-1',
		fetchedAt: now,
		record,
	};
}

const NOON = '2026-06-30T12:00:00.000Z';

export function normalised(record: unknown, circumstances: Circumstances = {}): Normalised {
	const { recomputeDays = 35 } = circumstances;
	return projects.normalise(
		rawProject(record, circumstances),
		{ ...settings, recomputeDays },
		new Conversion([]),
	);
}

/** Why a record cannot be used. */
export function rejectionOf(record: unknown): Pick<Rejection, 'code' | 'path' | 'message'> | undefined {
	const result = catchRejection(() => normalised(record));
	return result instanceof Rejection ? result : undefined;
}

/** The metric values by day and name; every row is held against its table's shape on the way. */
export function valuesByDay({ rows }: Normalised): Map<string, Record<string, string>> {
	const byDay = new Map<string, Record<string, string>>();
	for (const { row } of rows as Array<CanonicalRow<'custom_metrics'>>) {
		canonicalRows.custom_metrics.parse({ ...row, metadata: { ...row.metadata, _src: SOURCE } });
		const day = row.recordDate.slice(0, 10);
		byDay.set(day, { ...byDay.get(day), [row.metricName]: row.metricValue });
	}
	return byDay;
}

const SOURCE = { recordId: '1', stream: 'projects', accountId: '1', syncRunId: null };

export function rowOf({ rows }: Normalised, day: string, metric: string) {
	const found = (rows as Array<CanonicalRow<'custom_metrics'>>).filter(
		({ row }) => row.metricName === metric && row.recordDate === `${day}T00:00:00.000Z`,
	);
	if (found.length > 1) throw new Error(`There are ${found.length} rows of ${metric} on ${day}.`);
	return found[0]?.row;
}
