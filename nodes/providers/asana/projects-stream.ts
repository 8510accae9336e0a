import { inBatches } from '../../engine/read/changes';
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

/** No names of people and no notes: nothing is asked for that no figure needs. */
const PROJECT_FIELDS = 'name,archived,completed,completed_at,created_at,start_on,due_on';
const TASK_FIELDS =
	'resource_subtype,completed,completed_at,created_at,due_on,due_at,parent,is_rendered_as_separator';

/** Where a reading of all projects stands. */
interface ProjectsCursor extends Cursor {
	/** The id of the last project that was read; null once all were. */
	after: string | null;
	/** When the reading began: an instant in UTC. */
	began: string;
	/** The days to compute go back to this one at least: nothing happened unseen since. */
	from: Day | null;
	/** The history start up to which the days have been computed. */
	history: Day | null;
}

/** What a page says of a project. */
interface ListedProject {
	project: Entry;
	days: { from: Day; to?: Day } | undefined;
}

/**
 * All projects of a workspace that are not archived, each run anew: a project's own modified time does not move when
 * its tasks do. In the order of their ids, so that a run can go on where another one stopped.
 */
const everyProject: Scan = {
	name: 'projects',
	async *pages(context, cursor) {
		const reading = readingAfter(cursor as ProjectsCursor | undefined, context);
		const days = context.range ?? (reading.from === null ? undefined : { from: reading.from });
		const nameless: NamelessEntry[] = [];
		const projects = await projectsAfter(reading.after, context, nameless);
		for (const some of inBatches(projects, context.concurrent)) {
			const items = some.map((project): ChangedItem => toItem({ project, days }));
			yield { items, cursor: { ...reading, after: getGid(some.at(-1)!) } };
		}
		// A page of its own: where the budget ends with the last projects, the next run must not begin anew at once.
		yield { items: [], nameless, cursor: { ...reading, after: null } } satisfies Page;
	},
};

export const projectsStream: ChangesStream = {
	reading: 'changes',
	givesAll: true,
	key: 'projects',
	scans: [everyProject],
	batch: 1,
	find: findProject,
	hydrate: async (context, items) =>
		await Promise.all(items.map(async ({ item }) => await composed(context, item as ListedProject))),
};

/** Goes on with a reading that was not finished, or begins one. */
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

/** Read to its end before any of their tasks: the pages' tokens expire soon. */
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

async function composed(context: StreamContext, { project, days }: ListedProject): Promise<HydratedRecord> {
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
	return { recordId, skipped: `${quoteName(project)} was deleted while it was read.` };
}

/** A project that could not be read before and is listed no longer: archived, or gone. */
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

/** Ids are numbers longer than JavaScript's. */
function compareGids(a: string, b: string): number {
	return a.length - b.length || (a < b ? -1 : Number(a > b));
}
