import { z } from 'zod/v4';

import type { AsanaSandbox } from './asana';

const CONSENT = z.strictObject({ consent: z.string() });
const PROJECT = z.strictObject({ project: z.string() });
const TASK = z.strictObject({ task: z.string() });
const TOTALS = z.strictObject({
	project: z.string(),
	timezone: z.string(),
	days: z.coerce.number().int().positive().optional(),
});
const NEW_TASK = z.strictObject({
	project: z.string(),
	name: z.string().optional(),
	subtype: z.enum(['default_task', 'milestone', 'approval', 'custom']).optional(),
	createdAt: z.string().optional(),
	completedAt: z.string().optional(),
	dueOn: z.string().optional(),
	dueAt: z.string().optional(),
	parent: z.string().optional(),
	separator: z.boolean().optional(),
});
const COMPLETION = z.strictObject({ task: z.string(), at: z.string().optional() });
const DUE = z.strictObject({ task: z.string(), dueOn: z.string().nullable() });
const BOTH = z.strictObject({ task: z.string(), project: z.string() });

/** What a person does in Asana, by method and path under `/__sandbox/asana`. */
export function asanaControls(asana: AsanaSandbox): Record<string, (input: unknown) => unknown> {
	const { book } = asana;
	return {
		'GET /projects': (input) => asana.projects(CONSENT.parse(input).consent),
		'GET /tasks': (input) => book.tasksOf(PROJECT.parse(input).project),
		'GET /totals': (input) => {
			const { project, timezone, days } = TOTALS.parse(input);
			return Object.fromEntries(asana.totals(project, timezone, days));
		},
		'POST /tasks': (input) => {
			const { project, ...task } = NEW_TASK.parse(input);
			return { gid: book.addTask(project, task) };
		},
		'DELETE /tasks': (input) => book.deleteTask(TASK.parse(input).task),
		'POST /complete': (input) => {
			const { task, at } = COMPLETION.parse(input);
			book.completeTask(task, at);
		},
		'POST /reopen': (input) => book.editTask(TASK.parse(input).task, { completedAt: null }),
		'POST /due': (input) => {
			const { task, dueOn } = DUE.parse(input);
			book.editTask(task, { dueOn, dueAt: null });
		},
		'POST /add-to-project': (input) => {
			const { task, project } = BOTH.parse(input);
			book.addToProject(task, project);
		},
		'POST /archive': (input) => book.editProject(PROJECT.parse(input).project, { archived: true }),
		'DELETE /projects': (input) => book.deleteProject(PROJECT.parse(input).project),
		'POST /expire-offsets': () => asana.expireOffsets(),
	};
}
