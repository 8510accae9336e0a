import { z } from 'zod/v4';

/** An id, converted to a string: the same id is a number in some replies and a string in others. */
const id = z
	.union([z.int().nonnegative(), z.string().regex(/^\d+$/)], { error: 'is not an id' })
	.transform(String);

const STATUS = z.enum(['open', 'won', 'lost', 'deleted'], {
	error: 'is none of open, won, lost and deleted',
});

/** Used only for metadata, or with a fallback: never causes a rejection. */
const fact = z.unknown();

/** The deal properties in use. Others are allowed. */
const dealSchema = z.object({
	id,
	title: fact,
	owner_id: fact,
	/** The owner in version 1. */
	user_id: fact,
	org_id: fact,
	pipeline_id: fact,
	stage_id: id.nullish(),
	/** Validated as an amount, not as a number. */
	value: z.unknown(),
	/** Only needed if there is a value. */
	currency: z.string().trim().toUpperCase().nullish().catch(null),
	status: STATUS,
	add_time: fact,
	update_time: fact,
	stage_change_time: fact,
	close_time: fact,
	won_time: fact,
	lost_time: fact,
	local_close_date: fact,
	local_won_date: fact,
	local_lost_date: fact,
	expected_close_date: fact,
	probability: fact,
	lost_reason: fact,
	is_archived: fact,
});

/** A stage change in the flow of a deal. */
const changeSchema = z.object({
	timestamp: fact,
	data: z.object({
		id,
		old_value: id.nullish(),
		new_value: id,
		log_time: fact,
		/** An empty list, or an object with the stages' names at that time. */
		additional_data: z.unknown(),
	}),
});

/** A flow has other entries besides stage changes. Entries and their data may be null. */
const changesSchema = z
	.array(z.unknown())
	.nullish()
	.transform((entries) => (entries ?? []).filter(mayBeStageChange))
	.pipe(z.array(changeSchema));

function mayBeStageChange(entry: unknown): boolean {
	const { object = 'dealChange', data } = (entry ?? {}) as { object?: unknown; data?: unknown };
	if (data === null || data === undefined) return false;
	const { field_key: field = 'stage_id' } = data as { field_key?: unknown };
	return object === 'dealChange' && field === 'stage_id';
}

const stageSchema = z.object({
	id,
	name: fact,
	pipeline_id: id.nullish().catch(null),
	deal_probability: fact,
});

const pipelineSchema = z.object({ id, name: fact });

const organizationSchema = z.object({ id, name: fact });

const listSchema = <T>(shape: z.ZodType<T>) =>
	z
		.array(shape)
		.nullish()
		.transform((list) => list ?? []);

export const recordSchema = z.object({
	deal: dealSchema,
	stageChanges: changesSchema,
	stages: listSchema(stageSchema),
	pipelines: listSchema(pipelineSchema),
	organization: organizationSchema.nullish(),
});

/** The properties of a deleted deal in use. Version 1 calls the flag `deleted`. */
export const goneSchema = z.object({
	deal: z.object({
		id,
		status: z.unknown(),
		is_deleted: z.boolean().nullish(),
		deleted: z.boolean().nullish(),
		update_time: fact,
	}),
});

export type GoneRecord = z.infer<typeof goneSchema>;
export type DealRecord = z.infer<typeof recordSchema>;
export type Deal = DealRecord['deal'];
export type StageChange = z.infer<typeof changeSchema>;
export type Stage = z.infer<typeof stageSchema>;

/** The known properties of deals. Custom fields are only within `custom_fields`. */
const KNOWN: ReadonlySet<string> = new Set([
	...Object.keys(dealSchema.shape),
	...[
		'is_deleted',
		'archive_time',
		'creator_user_id',
		'person_id',
		'label_ids',
		'visible_to',
		'custom_fields',
	],
	// Version 1.
	...['deleted', 'active', 'weighted_value', 'stage_name', 'cc_email', 'owner_name', 'formatted_value'],
	...['origin', 'origin_id', 'channel', 'channel_id', 'arr', 'mrr', 'acv', 'source_lead_id'],
	...['stage_order_nr', 'person_name', 'org_name', 'next_activity_id', 'last_activity_id'],
]);

/** The unknown properties of a deal, as `deal.<name>`. */
export function findUnknownFields(deal: unknown): string[] {
	return Object.keys(deal as object)
		.filter((name) => !KNOWN.has(name))
		.map((name) => `deal.${name}`);
}
