import { splitIntoBatches } from '../../shared/concurrency';
import type {
	ChangedItem,
	ChangesStream,
	HydratedRecord,
	Cursor,
	NamelessEntry,
	Page,
	Scan,
	StreamContext,
} from '../../engine/contract/stream';
import { toDay } from '../../shared/months';
import { earlierDay, type Day } from '../../shared/dates';
import { readList, readOne, type Entry } from './lists';

/** Only what the figures need: no names of people, no notes. */
const PROJECT_FIELDS = 'name,archived,completed,completed_at,created_at,start_on,due_on';
const TASK_FIELDS =
	'resource_subtype,completed,completed_at,created_at,due_on,due_at,parent,is_rendered_as_separator';

/** What an application that is registered with full permissions is granted. */
export const FULL_PERMISSIONS = ['default'];

/** Progress of a read of all projects. */
interface ProjectsCursor extends Cursor {
	/** The id of the last project read; null once all have been read. */
	after: string | null;
	/** When the read began: a UTC instant. */
	began: string;
	/** Days must be computed from this one at the latest: everything before it is up to date. */
	from: Day | null;
	/** The history start back to which days have been computed. */
	history: Day | null;
}

/** A project as listed, with the days to compute. */
interface ListedProject {
	project: Entry;
	days: { from: Day; to?: Day } | undefined;
}

/**
 * Reads all projects of a workspace that are not archived, in every run: a project's modified time does not change when
 * its tasks do. Sorted by id, so that a run can resume where another one stopped.
 */
const everyProject: Scan = {
	name: 'projects',
	async *pages(context, cursor) {
		const reading = readingAfter(cursor as ProjectsCursor | undefined, context);
		const days = context.range ?? (reading.from === null ? undefined : { from: reading.from });
		const nameless: NamelessEntry[] = [];
		const projects = await projectsAfter(reading.after, context, nameless);
		for (const some of splitIntoBatches(projects, context.concurrent)) {
			const items = some.map((project): ChangedItem => toItem({ project, days }));
			yield { items, cursor: { ...reading, after: getGid(some.at(-1)!) } };
		}
		// A separate page: if the budget ends with the last projects, the next run must not start over immediately.
		yield { items: [], nameless, cursor: { ...reading, after: null } } satisfies Page;
	},
};

export const projectsStream: ChangesStream = {
	reading: 'changes',
	givesAll: true,
	key: 'projects',
	scopes: [
		{ scope: 'projects:read', includedIn: FULL_PERMISSIONS },
		{ scope: 'tasks:read', includedIn: FULL_PERMISSIONS },
	],
	scans: [everyProject],
	batch: 1,
	find: findProject,
	hydrate: async (context, items) =>
		await Promise.all(items.map(async ({ item }) => await hydrateProject(context, item as ListedProject))),
};

/** Resumes an unfinished read, or begins a new one. */
function readingAfter(cursor: ProjectsCursor | undefined, context: StreamContext): ProjectsCursor {
	if (cursor !== undefined && cursor.after !== null) return cursor;
	const { startedAt, account, historyStart = null } = context;
	const since = cursor === undefined ? null : toDay(new Date(cursor.began), account.timezone);
	const known = cursor?.history ?? null;
	const isEarlier = historyStart !== null && (known === null || historyStart < known);
	return {
		after: null,
		began: startedAt.toISOString(),
		from: isEarlier ? earlierDay(historyStart, since ?? historyStart) : since,
		history: isEarlier ? historyStart : known,
	};
}

/** Reads the list completely before any tasks, because its pagination tokens expire quickly. */
async function projectsAfter(
	after: string | null,
	{ api, account }: StreamContext,
	nameless: NamelessEntry[],
): Promise<Entry[]> {
	const projects = await readList(api, {
		path: '/projects',
		query: { workspace: account.id, archived: 'false', opt_fields: PROJECT_FIELDS },
		description: 'the list of projects',
		scope: 'projects:read',
		account,
		onNameless: (entries) => void nameless.push(...entries),
	});
	return projects
		.filter((project) => after === null || compareGids(getGid(project), after) > 0)
		.sort((a, b) => compareGids(getGid(a), getGid(b)));
}

const toItem = (listed: ListedProject): ChangedItem => ({
	id: getGid(listed.project),
	version: null,
	item: listed,
});

async function hydrateProject(
	context: StreamContext,
	{ project, days }: ListedProject,
): Promise<HydratedRecord> {
	const recordId = getGid(project);
	const tasks = await readList(context.api, {
		path: '/tasks',
		query: { project: recordId, opt_fields: TASK_FIELDS },
		description: `the tasks of the project ${quoteName(project)}`,
		scope: 'tasks:read',
		account: context.account,
		refused: isGone,
	});
	if (Array.isArray(tasks)) return { recordId, record: { ...project, tasks, ...(days && { days }) } };
	return { recordId, skipped: `${quoteName(project)} was deleted during the read.` };
}

/** Finds a project that could not be read earlier and is no longer listed: it may be archived or deleted. */
async function findProject({ api, account }: StreamContext, gid: string): Promise<ChangedItem | undefined> {
	const project = await readOne(api, {
		path: `/projects/${encodeURIComponent(gid)}`,
		query: { opt_fields: PROJECT_FIELDS },
		description: `the project ${gid}`,
		scope: 'projects:read',
		account,
		refused: isGone,
	});
	return project && toItem({ project, days: undefined });
}

const isGone = (status: number): boolean => status === 404 || status === 410;

const getGid = ({ gid }: Entry): string => gid as string;

const quoteName = ({ name }: Entry): string => `"${String(name ?? '').slice(0, 80)}"`;

/** Ids are integers too large for JavaScript numbers. */
function compareGids(a: string, b: string): number {
	return a.length - b.length || (a < b ? -1 : Number(a > b));
}
