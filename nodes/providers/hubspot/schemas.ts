import { z } from 'zod/v4';

import { DEAL_PROPERTIES, type DealProperty } from './properties';

/** A property's value. In practice a string or null; numbers and booleans are accepted too. */
const value = z.union([z.string(), z.number(), z.boolean()]).nullish();

const id = z.union([z.string().min(1, 'is empty'), z.number()]).transform(String);

/** A past or current value of a property, with the time it was set. */
const versionSchema = z.object({ value, timestamp: z.unknown() });

/** Properties that columns need. All others only go into metadata and never cause a rejection. */
const NEEDED: readonly DealProperty[] = ['amount', 'deal_currency_code', 'dealstage'];

const properties = DEAL_PROPERTIES.map((name) => [name, NEEDED.includes(name) ? value : z.unknown()]);

const dealSchema = z.looseObject({
	id,
	properties: z.looseObject(Object.fromEntries(properties) as Record<DealProperty, z.ZodUnknown>),
	propertiesWithHistory: z
		.looseObject({
			dealstage: z.array(versionSchema).nullish(),
			hs_merged_object_ids: z.array(versionSchema).nullish(),
		})
		.nullish(),
	createdAt: z.unknown(),
	updatedAt: z.unknown(),
});

/** A stage with its pipeline, as Extract builds it. */
const stageSchema = z.object({
	id,
	label: z.unknown(),
	pipelineId: z.unknown(),
	pipeline: z.unknown(),
	/** "true" or "false". */
	isClosed: z.unknown(),
	/** "0.0" to "1.0". */
	probability: z.unknown(),
});

export const dealRecordSchema = z.object({
	deal: dealSchema,
	stages: z.array(stageSchema),
	company: z.object({ id, name: z.unknown() }).nullable(),
});

/** A deal in the recycle bin. */
export const deletedRecordSchema = z.object({
	deal: z.object({ id }),
	deleted: z.object({ at: z.unknown() }),
});

export type Deal = z.infer<typeof dealSchema>;
export type Stage = z.infer<typeof stageSchema>;
