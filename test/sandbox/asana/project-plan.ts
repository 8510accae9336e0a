import { randomFrom, type Random } from '../core/random';
import { addDays, localDay } from './calendar';
import { gidFrom } from './gid';
import type { Project, Subtype, Task, Workspace } from './model';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How a project came about. Days count back from the moment at which the sandbox started. */
export interface ProjectPlan {
	name: string;
	tasks: number;
	daysOld: number;
	startedDaysAgo?: number;
	dueDaysAgo?: number;
	completedDaysAgo?: number;
	archived?: boolean;
	/** No task is open, and nobody marked the project as complete. */
	allDone?: boolean;
	closed?: boolean;
}

/** Puts a project with its tasks into a workspace; the same seed gives the same. */
export function plan(workspace: Workspace, sketch: ProjectPlan, seed: string, now: number): Project {
	const random = randomFrom(seed);
	const createdAt = now - sketch.daysOld * DAY_MS - random.between(1, DAY_MS - 1);
	const dayAgo = (days: number | undefined): string | null =>
		days === undefined ? null : addDays(localDay(now, workspace.timezone), -days);
	const project: Project = {
		gid: gidFrom(seed),
		name: sketch.name,
		archived: sketch.archived ?? false,
		createdAt,
		completedAt:
			sketch.completedDaysAgo === undefined
				? null
				: now - sketch.completedDaysAgo * DAY_MS - random.between(1, DAY_MS),
		modifiedAt: createdAt,
		startOn: dayAgo(sketch.startedDaysAgo),
		dueOn: dayAgo(sketch.dueDaysAgo),
		closed: sketch.closed ?? false,
		taskGids: [],
	};
	workspace.projects.set(project.gid, project);
	const scribe = new Scribe(workspace, project, random, now, sketch.allDone ?? false);
	for (let index = 0; index < sketch.tasks; index++) scribe.write(`${seed}/task ${index}`, index);
	return project;
}

/** Every so many tasks one is of a kind that does not count. */
const KINDS: Array<{ every: number; kind: Partial<Task> }> = [
	{ every: 7, kind: { subtype: 'milestone' } },
	{ every: 11, kind: { subtype: 'approval' } },
	{ every: 13, kind: { separator: true } },
	{ every: 17, kind: { subtype: 'custom' } },
];

class Scribe {
	constructor(
		private readonly workspace: Workspace,
		private readonly project: Project,
		private readonly random: Random,
		private readonly now: number,
		private readonly allDone: boolean,
	) {}

	write(seed: string, index: number): void {
		const { random, now, project } = this;
		const createdAt = random.between(project.createdAt, now - (this.allDone ? 10 * DAY_MS : MINUTE_MS));
		const task: Task = {
			gid: gidFrom(seed),
			name: `Task ${index + 1}`,
			subtype: 'default_task' as Subtype,
			createdAt,
			completedAt: this.completedAt(createdAt),
			modifiedAt: createdAt,
			...this.due(createdAt),
			parent: null,
			separator: false,
			assignee: `Assignee ${index % 5} Personal-Name`,
			...KINDS.find(({ every }) => index % every === every - 1)?.kind,
		};
		task.modifiedAt = task.completedAt ?? createdAt;
		this.workspace.tasks.set(task.gid, task);
		project.taskGids.push(task.gid);
		if (index % 6 === 5) this.writeSubtask(`${seed}/subtask`, task, index % 12 === 11);
	}

	/** A subtask stands in the project's list only where somebody added it there. */
	private writeSubtask(seed: string, parent: Task, added: boolean): void {
		const gid = gidFrom(seed);
		const subtask: Task = {
			...parent,
			gid,
			name: `Part of ${parent.name}`,
			parent: parent.gid,
			subtype: 'default_task',
		};
		this.workspace.tasks.set(gid, { ...subtask, separator: false });
		if (added) this.project.taskGids.push(gid);
	}

	private completedAt(createdAt: number): number | null {
		const { random, now } = this;
		if (this.allDone) return createdAt + random.between(MINUTE_MS, 9 * DAY_MS);
		const at = createdAt + random.between(MINUTE_MS, 20 * DAY_MS);
		return random.chance(0.7) && at < now ? at : null;
	}

	/** A quarter has no due date, and some of the others a time of day as well. */
	private due(createdAt: number): Pick<Task, 'dueOn' | 'dueAt'> {
		const { random, workspace } = this;
		if (random.chance(0.25)) return { dueOn: null, dueAt: null };
		const at = createdAt + random.between(0, 18) * DAY_MS + random.between(0, DAY_MS - 1);
		return { dueOn: localDay(at, workspace.timezone), dueAt: random.chance(0.2) ? at : null };
	}
}
