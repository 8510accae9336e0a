import { gidFrom } from './gid';
import type { Consent, Project, Subtype, Task, Workspace } from './model';

/** What a test may say of a new task; the rest is as if somebody had just typed a name. */
export interface NewTask {
	name?: string;
	subtype?: Subtype;
	/** ISO 8601. */
	createdAt?: string;
	completedAt?: string;
	dueOn?: string;
	dueAt?: string;
	parent?: string;
	separator?: boolean;
	/** Where in the list it goes; default: at its end. */
	at?: number;
}

/** All workspaces, projects and tasks, and what people do to them. Unknown ids are errors of the test. */
export class Book {
	private made = 0;

	constructor(
		readonly consents: ReadonlyMap<string, Consent>,
		private readonly now: () => number,
	) {}

	workspaces(): Workspace[] {
		return [...this.consents.values()].flatMap(({ workspaces }) => workspaces);
	}

	/** The workspace and the project of an id; undefined where there is none, or no more. */
	find(projectGid: string): { workspace: Workspace; project: Project } | undefined {
		for (const workspace of this.workspaces()) {
			const project = workspace.projects.get(projectGid);
			if (project) return { workspace, project };
		}
		return undefined;
	}

	project(gid: string): { workspace: Workspace; project: Project } {
		const found = this.find(gid);
		if (found) return found;
		throw new Error(`There is no project "${gid}". See projects(consent) for the ids.`);
	}

	addProject(workspaceGid: string, name: string): string {
		const workspace = this.workspaces().find(({ gid }) => gid === workspaceGid);
		if (!workspace) throw new Error(`There is no workspace "${workspaceGid}".`);
		const gid = this.newGid();
		const project = {
			createdAt: this.now(),
			modifiedAt: this.now(),
			completedAt: null,
			startOn: null,
			dueOn: null,
		};
		workspace.projects.set(gid, { gid, name, archived: false, closed: false, taskGids: [], ...project });
		return gid;
	}

	addTask(projectGid: string, sketch: NewTask): string {
		const { workspace, project } = this.project(projectGid);
		const gid = this.newGid();
		const createdAt = instantOf(sketch.createdAt) ?? this.now();
		workspace.tasks.set(gid, {
			gid,
			name: sketch.name ?? 'A new task',
			subtype: sketch.subtype ?? 'default_task',
			createdAt,
			completedAt: instantOf(sketch.completedAt) ?? null,
			modifiedAt: this.now(),
			dueOn: sketch.dueOn ?? null,
			dueAt: instantOf(sketch.dueAt) ?? null,
			parent: sketch.parent ?? null,
			separator: sketch.separator ?? false,
			assignee: 'Assignee New Personal-Name',
		});
		project.taskGids.splice(sketch.at ?? project.taskGids.length, 0, gid);
		return gid;
	}

	/** Changes a task, as people do in Asana; its projects' own modified time stays. */
	editTask(taskGid: string, change: Partial<Pick<Task, 'completedAt' | 'dueOn' | 'dueAt' | 'name'>>): void {
		for (const { tasks } of this.workspaces()) {
			const task = tasks.get(taskGid);
			if (task) Object.assign(task, change, { modifiedAt: this.now() });
		}
	}

	/** @param at ISO 8601; now unless told */
	completeTask(taskGid: string, at?: string): void {
		this.editTask(taskGid, { completedAt: instantOf(at) ?? this.now() });
	}

	/** The task is gone from every list, and with it the tasks that are part of it. */
	deleteTask(taskGid: string): void {
		for (const { tasks, projects } of this.workspaces()) {
			const gone = [...tasks.values()].filter(({ gid, parent }) => gid === taskGid || parent === taskGid);
			for (const { gid } of gone) {
				tasks.delete(gid);
				for (const project of projects.values()) {
					project.taskGids = project.taskGids.filter((one) => one !== gid);
				}
			}
		}
	}

	/** Puts a task into another project as well; its modified time stays. */
	addToProject(taskGid: string, projectGid: string): void {
		this.project(projectGid).project.taskGids.push(taskGid);
	}

	editProject(
		gid: string,
		change: Partial<Pick<Project, 'name' | 'archived' | 'completedAt' | 'startOn' | 'dueOn' | 'closed'>>,
	): void {
		Object.assign(this.project(gid).project, change, { modifiedAt: this.now() });
	}

	deleteProject(gid: string): void {
		this.project(gid).workspace.projects.delete(gid);
	}

	/** The tasks of a project's list, in its order. */
	tasksOf(projectGid: string): Task[] {
		const { workspace, project } = this.project(projectGid);
		return project.taskGids.map((gid) => workspace.tasks.get(gid)).filter((task) => task !== undefined);
	}

	private newGid(): string {
		return gidFrom(`made in the sandbox ${++this.made}`);
	}
}

function instantOf(text: string | undefined): number | undefined {
	return text === undefined ? undefined : Date.parse(text);
}
