import { z } from 'zod/v4';

import { isDay, utcInstant } from '../../shared/dates';
import { v1Instant } from './times';

const instantOf = (text: string): string | undefined => v1Instant(text) ?? utcInstant(text);

/** An instant, given back in UTC as `…Z`. Version 1 writes them without a zone. */
const instant = z
	.string()
	.refine((text) => instantOf(text) !== undefined, 'is not an instant, such as 2026-06-30T01:02:03Z')
	.transform((text) => instantOf(text)!);

/** An id, given back as text: the same one is a number in one reply and a text in the other. */
const id = z
	.union([z.int().nonnegative(), z.string().regex(/^\d+$/)], { error: 'is not an id' })
	.transform(String);

const day = z.string().refine(isDay, 'is not a date as YYYY-MM-DD');

/** All that may be read of a deal; the rest of what it has passes. */
const dealShape = z.object({
	id,
	title: z.string().nullish(),
	owner_id: id.nullish(),
	org_id: id.nullish(),
	pipeline_id: id.nullish(),
	stage_id: id,
	/** Judged as an amount, not as a number. */
	value: z.unknown(),
	currency: z.string().nullish(),
	status: z.enum(['open', 'won', 'lost', 'deleted'], { error: 'is none of open, won, lost and deleted' }),
	add_time: instant,
	update_time: instant.nullish(),
	stage_change_time: instant.nullish(),
	close_time: instant.nullish(),
	won_time: instant.nullish(),
	lost_time: instant.nullish(),
	local_close_date: day.nullish(),
	local_won_date: day.nullish(),
	local_lost_date: day.nullish(),
	expected_close_date: day.nullish(),
	probability: z.number().nullish(),
	lost_reason: z.string().nullish(),
	is_archived: z.boolean().nullish(),
});

/** A change of stage as the flow of a deal has it. */
const changeShape = z.object({
	timestamp: instant.nullish(),
	data: z.object({
		id,
		old_value: id.nullish(),
		new_value: id,
		log_time: instant.nullish(),
		/** An empty list, or an object with the stages' names of that time. */
		additional_data: z.unknown(),
	}),
});

const stageShape = z.object({
	id,
	name: z.string(),
	pipeline_id: id.nullish(),
	deal_probability: z.number().nullish(),
});

const pipelineShape = z.object({ id, name: z.string() });

const organizationShape = z.object({ id, name: z.string().nullish() });

export const recordShape = z.object({
	deal: dealShape,
	stageChanges: z.array(changeShape),
	stages: z.array(stageShape),
	pipelines: z.array(pipelineShape),
	organization: organizationShape.nullish(),
});

/** Of a deal that is gone no more is read. */
export const goneShape = z.object({
	deal: z.object({
		id,
		status: z.unknown(),
		is_deleted: z.boolean().nullish(),
		update_time: instant.nullish(),
	}),
});

export type GoneRecord = z.infer<typeof goneShape>;
export type DealRecord = z.infer<typeof recordShape>;
export type Deal = DealRecord['deal'];
export type StageChange = DealRecord['stageChanges'][number];
export type Stage = DealRecord['stages'][number];

/** What deals are known to have; account after account adds fields of its own only within `custom_fields`. */
const KNOWN: ReadonlySet<string> = new Set([
	...Object.keys(dealShape.shape),
	...[
		'is_deleted',
		'archive_time',
		'creator_user_id',
		'person_id',
		'label_ids',
		'visible_to',
		'custom_fields',
	],
	...['origin', 'origin_id', 'channel', 'channel_id', 'arr', 'mrr', 'acv', 'source_lead_id'],
	...['stage_order_nr', 'person_name', 'org_name', 'next_activity_id', 'last_activity_id'],
]);

/** The properties of a deal that are not known here, as `deal.<name>`. */
export function unknownIn(deal: unknown): string[] {
	return Object.keys(deal as object)
		.filter((name) => !KNOWN.has(name))
		.map((name) => `deal.${name}`);
}
