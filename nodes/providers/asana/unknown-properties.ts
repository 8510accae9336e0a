import { excerpt } from '../../shared/text';
import { projectSchema, taskSchema } from './schemas';

/** Properties that Asana documents and n8n's own nodes return. They are known although nothing reads them. */
const DOCUMENTED = {
	Project: [
		...['resource_type', 'archived', 'color', 'icon', 'current_status', 'current_status_update', 'due_date'],
		...[
			'custom_fields',
			'custom_field_settings',
			'default_view',
			'default_access_level',
			'followers',
			'notes',
		],
		...['html_notes', 'members', 'modified_at', 'public', 'privacy_setting', 'completed_by', 'owner', 'team'],
		...['minimum_access_level_for_customization', 'minimum_access_level_for_sharing', 'permalink_url'],
		...['project_brief', 'created_from_template', 'workspace'],
	],
	Task: [
		...[
			'resource_type',
			'name',
			'assignee',
			'assignee_section',
			'assignee_status',
			'assigned_by',
			'approval_status',
		],
		...['actual_time_minutes', 'completed_by', 'created_by', 'custom_fields', 'custom_type', 'dependencies'],
		...[
			'custom_type_status_option',
			'dependents',
			'external',
			'followers',
			'hearted',
			'hearts',
			'html_notes',
		],
		...['liked', 'likes', 'memberships', 'modified_at', 'notes', 'num_hearts', 'num_likes', 'num_subtasks'],
		...['permalink_url', 'projects', 'start_at', 'start_on', 'tags', 'workspace'],
	],
};

const KNOWN = {
	Project: new Set([...Object.keys(projectSchema.shape), ...DOCUMENTED.Project]),
	Task: new Set([...Object.keys(taskSchema.shape), ...DOCUMENTED.Task]),
};

/** All task types at the time of writing. Unknown types are left out of the metrics, like custom ones. */
const SUBTYPES = new Set(['default_task', 'milestone', 'approval', 'custom', 'section']);

/** The unknown properties of a project and its tasks, without duplicates, as `Task.new_property`. */
export function findUnknownProperties(project: object, tasks: readonly unknown[]): string[] {
	const found = new Set<string>();
	for (const key of Object.keys(project)) if (!KNOWN.Project.has(key)) found.add(`Project.${excerpt(key)}`);
	for (const task of tasks as readonly object[]) {
		for (const key of Object.keys(task)) if (!KNOWN.Task.has(key)) found.add(`Task.${excerpt(key)}`);
		const { resource_subtype: subtype } = task as { resource_subtype: string };
		if (!SUBTYPES.has(subtype)) found.add(`Task.resource_subtype "${excerpt(subtype)}"`);
	}
	return [...found];
}
