import { z } from 'zod/v4';

import type { ApiRequest, ProviderApi } from '../../engine/contract/api';

/** Ids are strings in most replies and numbers in some. */
const id = z.union([z.string().min(1), z.number()]).transform(String);
/** In practice a string or null. */
const text = z
	.union([z.string(), z.number(), z.boolean()])
	.nullish()
	.transform((value) => (value === null || value === undefined ? null : String(value)));

/** A deal in a list or search, used only to find it. Unreadable properties count as missing. */
const summarySchema = z.object({
	id,
	properties: z
		.object({
			hs_lastmodifieddate: text.catch(null),
			closedate: text.catch(null),
			hs_is_closed: text.catch(null),
		})
		.nullish()
		.catch(null),
	updatedAt: text.catch(null),
	archivedAt: text.catch(null),
});

/** Parses an entry of a page of deals; undefined if it has no id. */
export function parseSummary(entry: unknown): DealSummary | undefined {
	return summarySchema.safeParse(entry).data;
}

/** A page of a list or search. A short or empty page is not necessarily the last. */
export const pageSchema = z.object({
	results: z.array(z.unknown()),
	paging: z.object({ next: z.object({ after: id }).nullish() }).nullish(),
});

/** Why parts of a batch are missing from its results. */
const errors = z
	.array(
		z.object({
			category: text,
			subCategory: text.catch(null),
			context: z
				.object({
					ids: z.array(id).optional().catch(undefined),
					fromObjectId: z.array(id).optional().catch(undefined),
				})
				.nullish()
				.catch(null),
		}),
	)
	.nullish();

type BatchErrors = z.infer<typeof errors>;

/** Errors that a retry may resolve. All others mean that the object does not exist. */
const TRANSIENT = /INTERNAL|TIME_?OUT|RATE_LIMIT|UNAVAILABLE|LOCKED/i;

/** Whether the objects that a batch lacks do not exist, rather than being temporarily unavailable. */
export function isWhole(batch: { errors?: BatchErrors }): boolean {
	return !batch.errors?.some(({ category }) => TRANSIENT.test(category ?? ''));
}

/** The ids that a batch reports as not found. An id in neither its results nor its errors was only left out. */
export function idsNotFound({ errors: all }: { errors?: BatchErrors }): Set<string> {
	const notFound = (all ?? []).filter(({ category }) => /NOT_FOUND/i.test(category ?? ''));
	return new Set(notFound.flatMap(({ context }) => context?.ids ?? []));
}

/** The objects that a batch reports as without an association. HubSpot names each in an error of its own. */
export function idsWithoutAssociation({ errors: all }: { errors?: BatchErrors }): Set<string> {
	const without = (all ?? []).filter(({ category, subCategory }) =>
		/NOT_FOUND|NO_ASSOCIATIONS/i.test(`${category} ${subCategory}`),
	);
	return new Set(
		without.flatMap(({ context }) => [...(context?.fromObjectId ?? []), ...(context?.ids ?? [])]),
	);
}

/** The objects found by a batch. The others are listed among its errors, or not at all. */
export const dealBatchSchema = z.object({
	errors,
	results: z.array(
		z.looseObject({
			id,
			properties: z.looseObject({ hs_primary_associated_company: text, hs_merged_object_ids: text }),
			archivedAt: text,
			updatedAt: text,
		}),
	),
});

export const companyBatchSchema = z.object({
	errors,
	results: z.array(
		z.object({
			id,
			properties: z.object({ name: text, domain: text, hs_merged_object_ids: text }).nullish(),
		}),
	),
});

export const associationsSchema = z.object({
	errors,
	results: z.array(
		z.object({
			from: z.object({ id }),
			paging: z.object({ next: z.object({ after: id }).nullish() }).nullish(),
			to: z.array(
				z.object({
					toObjectId: id,
					associationTypes: z.array(z.object({ typeId: z.union([z.number(), z.string()]) })).nullish(),
				}),
			),
		}),
	),
});

export const pipelinesSchema = z.object({ results: z.array(z.unknown()) });

/** Unreadable labels and metadata count as missing: deals need only the stages' ids. */
export const pipelineSchema = z.object({
	id,
	label: text.catch(null),
	stages: z.array(z.unknown()).catch([]),
});

export const stageSchema = z.object({
	id,
	label: text.catch(null),
	/** Both strings: "true", "0.8". */
	metadata: z.looseObject({ isClosed: z.unknown(), probability: z.unknown() }).nullish().catch(null),
});

export const accountDetailsSchema = z.object({
	portalId: id,
	timeZone: text,
	companyCurrency: text,
});

export const introspectionSchema = z.object({
	active: z.literal(true).optional(),
	hub_id: id,
	hub_domain: text,
});

export type DealPage = z.infer<typeof pageSchema>;
export type DealSummary = z.infer<typeof summarySchema>;
export type ReadDeal = z.infer<typeof dealBatchSchema>['results'][number];

/**
 * Calls the API and parses the reply. A reply that does not match the schema is retried like an outage.
 * @returns undefined if the request's `isNotFound` accepts the error response
 * @throws ReadFailure
 */
export async function fetchReplyIfFound<T>(
	api: ProviderApi,
	shape: z.ZodType<T>,
	request: Omit<ApiRequest, 'isValid'> & { isValid?: (reply: T) => boolean },
): Promise<T | undefined> {
	const fits = (json: unknown): boolean => {
		const { success, data } = shape.safeParse(json);
		return success && (request.isValid?.(data) ?? true);
	};
	const json = await api.call({ ...request, isValid: fits });
	return json === undefined ? undefined : shape.parse(json);
}

/** Like `fetchReplyIfFound`, for requests that always have a reply. */
export async function fetchReply<T>(
	api: ProviderApi,
	shape: z.ZodType<T>,
	request: Omit<ApiRequest, 'isValid' | 'isNotFound'> & { isValid?: (reply: T) => boolean },
): Promise<T> {
	return shape.parse(await fetchReplyIfFound(api, shape, request));
}
