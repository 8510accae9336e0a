import { z } from 'zod/v4';

import { DEAL_PROPERTIES } from './properties';

/** A property's value: text or null in all that was seen; numbers and booleans say the same. */
const value = z.union([z.string(), z.number(), z.boolean()]).nullish();

const id = z.union([z.string().min(1, 'is empty'), z.number()]).transform(String);

/** One value that a property had, and since when. */
const versionShape = z.object({
	value,
	timestamp: z.union([z.string(), z.number()]),
	sourceType: z.string().nullish(),
});

export const dealShape = z.looseObject({
	id,
	properties: z.looseObject(Object.fromEntries(DEAL_PROPERTIES.map((name) => [name, value]))),
	propertiesWithHistory: z
		.looseObject({
			dealstage: z.array(versionShape).nullish(),
			hs_merged_object_ids: z.array(versionShape).nullish(),
		})
		.nullish(),
	createdAt: z.string().nullish(),
	updatedAt: z.string().nullish(),
});

/** A stage with its pipeline, as our own Extract puts them together. */
const stageShape = z.object({
	id,
	label: z.string().nullish(),
	pipelineId: z.string().nullish(),
	pipeline: z.string().nullish(),
	/** "true" or "false", as HubSpot writes it. */
	isClosed: value,
	/** "0.0" to "1.0". */
	probability: value,
});

export const dealRecordShape = z.object({
	deal: dealShape,
	stages: z.array(stageShape),
	company: z.object({ id, name: z.string().nullish() }).nullable(),
});

/** A deal in the recycle bin. */
export const deletedRecordShape = z.object({
	deal: z.object({ id }),
	deleted: z.object({ at: z.string() }),
});

export type Deal = z.infer<typeof dealShape>;
export type Stage = z.infer<typeof stageShape>;
export type Version = z.infer<typeof versionShape>;
