import { z } from 'zod/v4';

import { DEAL_PROPERTIES, type DealProperty } from './properties';

/** A property's value: text or null in all that was seen; numbers and booleans say the same. */
const value = z.union([z.string(), z.number(), z.boolean()]).nullish();

const id = z.union([z.string().min(1, 'is empty'), z.number()]).transform(String);

/** One value that a property had, and since when. */
const versionShape = z.object({ value, timestamp: z.unknown() });

/** What a column needs. All else a deal is read for the sake of its metadata, and never rejects it. */
const NEEDED: readonly DealProperty[] = ['amount', 'deal_currency_code', 'dealstage'];

const properties = DEAL_PROPERTIES.map((name) => [name, NEEDED.includes(name) ? value : z.unknown()]);

const dealShape = z.looseObject({
	id,
	properties: z.looseObject(Object.fromEntries(properties) as Record<DealProperty, z.ZodUnknown>),
	propertiesWithHistory: z
		.looseObject({
			dealstage: z.array(versionShape).nullish(),
			hs_merged_object_ids: z.array(versionShape).nullish(),
		})
		.nullish(),
	createdAt: z.unknown(),
	updatedAt: z.unknown(),
});

/** A stage with its pipeline, as our own Extract puts them together. */
const stageShape = z.object({
	id,
	label: z.unknown(),
	pipelineId: z.unknown(),
	pipeline: z.unknown(),
	/** "true" or "false", as HubSpot writes it. */
	isClosed: z.unknown(),
	/** "0.0" to "1.0". */
	probability: z.unknown(),
});

export const dealRecordShape = z.object({
	deal: dealShape,
	stages: z.array(stageShape),
	company: z.object({ id, name: z.unknown() }).nullable(),
});

/** A deal in the recycle bin. */
export const deletedRecordShape = z.object({
	deal: z.object({ id }),
	deleted: z.object({ at: z.unknown() }),
});

export type Deal = z.infer<typeof dealShape>;
export type Stage = z.infer<typeof stageShape>;
export type Version = z.infer<typeof versionShape>;
