import { z } from 'zod/v4';

import { isDay, utcInstant } from '../../shared/dates';

/** An ISO 8601 instant, as milliseconds since 1970. */
const instant = z
	.string()
	.transform((text) => Date.parse(utcInstant(text) ?? ''))
	.refine((ms) => !Number.isNaN(ms), 'is not an instant, such as 2026-06-30T01:02:03.456Z');

const day = z.string().refine(isDay, 'is not a date as YYYY-MM-DD');

const gid = z.string().min(1, 'is empty');

/**
 * The task fields in use. Fields that Asana returns only on request must be present, even if null: otherwise a field that
 * was not requested would look like one that is not set.
 */
export const taskSchema = z.object({
	gid,
	resource_subtype: z.string(),
	completed: z.boolean(),
	completed_at: instant.nullable(),
	created_at: instant,
	due_on: day.nullable(),
	due_at: instant.nullable(),
	parent: z.looseObject({}).nullable(),
	/** Only default tasks have it. */
	is_rendered_as_separator: z.boolean().nullish(),
});

/** A project with its tasks, as Extract builds it. */
export const projectSchema = z.object({
	gid,
	/** Used only as the client's name. */
	name: z.unknown(),
	completed: z.boolean(),
	completed_at: instant.nullable(),
	created_at: instant,
	start_on: day.nullable(),
	due_on: day.nullable(),
	tasks: z.array(z.unknown()),
	/** Overrides the usual days: the range of a backfill, or an earlier first day. */
	days: z.object({ from: day, to: day.optional() }).optional(),
});

export const tasksSchema = z.array(taskSchema);

export type TaskRecord = z.infer<typeof taskSchema>;
export type ProjectRecord = z.infer<typeof projectSchema>;
