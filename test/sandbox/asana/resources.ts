import type { Project, Task, Workspace } from './model';

type Json = Record<string, unknown>;

const iso = (instant: number | null): string | null =>
	instant === null ? null : new Date(instant).toISOString();

export function workspaceJson({ gid, name }: Workspace): Json {
	return { gid, resource_type: 'workspace', name, is_organization: true, email_domains: [] };
}

export function projectJson(project: Project, workspace: Workspace): Json {
	return {
		gid: project.gid,
		resource_type: 'project',
		name: project.name,
		archived: project.archived,
		completed: project.completedAt !== null,
		completed_at: iso(project.completedAt),
		created_at: iso(project.createdAt),
		modified_at: iso(project.modifiedAt),
		start_on: project.startOn,
		due_on: project.dueOn,
		due_date: project.dueOn,
		owner: person('Owner Personal-Name'),
		notes: 'Notes that nobody should read',
		workspace: { gid: workspace.gid, resource_type: 'workspace', name: workspace.name },
	};
}

export function taskJson(task: Task, workspace: Workspace): Json {
	const projects = [...workspace.projects.values()].filter(({ taskGids }) => taskGids.includes(task.gid));
	return {
		gid: task.gid,
		resource_type: 'task',
		name: task.name,
		resource_subtype: task.subtype,
		completed: task.completedAt !== null,
		completed_at: iso(task.completedAt),
		created_at: iso(task.createdAt),
		modified_at: iso(task.modifiedAt),
		due_on: task.dueOn,
		due_at: iso(task.dueAt),
		parent: task.parent === null ? null : { gid: task.parent, resource_type: 'task', name: 'The task above' },
		...(task.subtype === 'default_task' && { is_rendered_as_separator: task.separator }),
		approval_status:
			task.subtype === 'approval' ? (task.completedAt === null ? 'pending' : 'rejected') : null,
		num_subtasks: [...workspace.tasks.values()].filter(({ parent }) => parent === task.gid).length,
		projects: projects.map(({ gid, name }) => ({ gid, resource_type: 'project', name })),
		assignee: person(task.assignee),
		notes: 'Notes that nobody should read',
	};
}

const person = (name: string): Json => ({ gid: '1299999999999999999', resource_type: 'user', name });

/** What a reply shows of an object where nothing is asked for. */
const COMPACT = ['resource_type', 'name', 'resource_subtype'];

/** The id, and of the rest what `opt_fields` asks for; an object asked for by its bare name shows its id alone. */
export function shown(resource: Json, optFields: string | null): Json {
	if (optFields === null) return pick(resource, COMPACT);
	return pick(resource, optFields.split(','));
}

function pick(resource: Json, fields: string[]): Json {
	const result: Json = { gid: resource.gid };
	for (const field of fields) {
		const [name = '', ...below] = field.split('.');
		if (!(name in resource)) continue;
		const old = result[name];
		const inner = innerOf(resource[name], below);
		result[name] = isObject(old) && isObject(inner) ? { ...old, ...inner } : inner;
	}
	return result;
}

function innerOf(value: unknown, below: string[]): unknown {
	const fields = below.length > 0 ? [below.join('.')] : [];
	if (Array.isArray(value)) return value.map((one: unknown) => (isObject(one) ? pick(one, fields) : one));
	return isObject(value) ? pick(value, fields) : value;
}

function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
