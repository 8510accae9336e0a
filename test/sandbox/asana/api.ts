import { jsonReply, type Reply } from '../core/reply';
import type { Book } from './book';
import type { Project, Workspace } from './model';
import type { Pager } from './paging';
import { problems } from './problems';
import { projectJson, shown, taskJson, workspaceJson } from './resources';

export interface AsanaCall {
	/** Below `/api/1.0`. */
	path: string;
	query: URLSearchParams;
	/** What the token reaches. */
	workspaces: readonly Workspace[];
	scopes: readonly string[];
	offsetSeconds: number;
}

interface Parts {
	book: Book;
	pager: Pager;
}

interface Resource {
	path: RegExp;
	scope: string;
	/** Parameters that the sandbox knows; another one is refused, so that nobody relies on what it ignores. */
	parameters: readonly string[];
	answer(call: AsanaCall, parts: Parts, gid: string): Reply;
}

const PAGED = ['limit', 'offset', 'opt_fields'];

const RESOURCES: Resource[] = [
	{
		path: /^\/users\/me$/,
		scope: 'users:read',
		parameters: ['opt_fields'],
		answer: () => jsonReply(200, { data: { gid: '1299999999999999999', resource_type: 'user', name: 'Me' } }),
	},
	{
		path: /^\/workspaces$/,
		scope: 'workspaces:read',
		parameters: PAGED,
		answer: (call, { pager }) =>
			pager.page(call.workspaces, call, (workspace) => shown(workspaceJson(workspace), fieldsOf(call))),
	},
	{
		path: /^\/projects$/,
		scope: 'projects:read',
		parameters: [...PAGED, 'workspace', 'archived'],
		answer: (call, parts) => projectsReply(call, parts, call.query.get('workspace') ?? ''),
	},
	{
		path: /^\/workspaces\/(\d+)\/projects$/,
		scope: 'projects:read',
		parameters: [...PAGED, 'archived'],
		answer: projectsReply,
	},
	{
		path: /^\/tasks$/,
		scope: 'tasks:read',
		parameters: [...PAGED, 'project', 'modified_since', 'completed_since'],
		answer: (call, parts) => tasksReply(call, parts, call.query.get('project') ?? ''),
	},
	{
		path: /^\/projects\/(\d+)\/tasks$/,
		scope: 'tasks:read',
		parameters: [...PAGED, 'completed_since'],
		answer: tasksReply,
	},
];

/** Answers a call of the API by somebody who may see these workspaces. */
export function apiReply(call: AsanaCall, parts: Parts): Reply {
	for (const { path, scope, parameters, answer } of RESOURCES) {
		const gid = path.exec(call.path)?.[1];
		if (!path.test(call.path)) continue;
		if (!call.scopes.includes(scope) && !call.scopes.includes('default')) return problems.scopeMissing(scope);
		const unknown = [...call.query.keys()].find((name) => !parameters.includes(name));
		if (unknown) return problems.badRequest(`The sandbox does not know the parameter ${unknown} here.`);
		return answer(call, parts, gid ?? '');
	}
	return problems.noSuchRoute();
}

const fieldsOf = ({ query }: AsanaCall): string | null => query.get('opt_fields');

function projectsReply(call: AsanaCall, { pager }: Parts, workspaceGid: string): Reply {
	const workspace = call.workspaces.find(({ gid }) => gid === workspaceGid);
	if (!workspace) return problems.notFound('workspace', workspaceGid);
	const archived = call.query.get('archived');
	const listed = [...workspace.projects.values()].filter(
		(project) => archived === null || String(project.archived) === archived,
	);
	// Whatever the order, it is none that anybody may rely on.
	const projects = listed.sort((a, b) => (a.gid.slice(-4) < b.gid.slice(-4) ? -1 : 1));
	return pager.page(projects, call, (project) => shown(projectJson(project, workspace), fieldsOf(call)));
}

function tasksReply(call: AsanaCall, { book, pager }: Parts, projectGid: string): Reply {
	const found = reachable(call, book, projectGid);
	if (!found) return problems.notFound('project', projectGid);
	const { workspace, project } = found;
	if (project.closed) return problems.forbidden();
	const since = instantIn(call.query, 'modified_since');
	const completedSince = instantIn(call.query, 'completed_since');
	const tasks = book
		.tasksOf(projectGid)
		.filter(({ modifiedAt }) => since === undefined || modifiedAt >= since)
		.filter(({ completedAt }) => completedSince === undefined || (completedAt ?? Infinity) >= completedSince);
	return pager.page(tasks, call, (task) => shown(taskJson(task, workspace), fieldsOf(call)));
}

function reachable(
	{ workspaces }: AsanaCall,
	book: Book,
	projectGid: string,
): { workspace: Workspace; project: Project } | undefined {
	const found = book.find(projectGid);
	return found && workspaces.includes(found.workspace) ? found : undefined;
}

function instantIn(query: URLSearchParams, name: string): number | undefined {
	const text = query.get(name);
	return text === null ? undefined : Date.parse(text);
}
