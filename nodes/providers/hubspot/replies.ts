import { z } from 'zod/v4';

import type { ApiRequest, ProviderApi } from '../../engine/contract/api';

/** Ids are texts in most replies and numbers in some. */
const id = z.union([z.string().min(1), z.number()]).transform(String);
/** Values are texts or null in all that was seen. */
const text = z
	.union([z.string(), z.number(), z.boolean()])
	.nullish()
	.transform((value) => (value === null || value === undefined ? null : String(value)));

/** What a list says of a deal is only to find it by: what of it cannot be read is as good as not there. */
const glanceShape = z.object({
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

/** An entry of a page of deals; undefined where it has no id. */
export function parseGlance(entry: unknown): DealSummary | undefined {
	return glanceShape.safeParse(entry).data;
}

/** A page of a list or of a search. A short or empty page may still have another one after it. */
export const pageShape = z.object({
	results: z.array(z.unknown()),
	paging: z.object({ next: z.object({ after: id }).nullish() }).nullish(),
});

/** Why a part of a batch did not come, beside what did. */
const errors = z
	.array(
		z.object({
			category: text,
			context: z
				.object({ ids: z.array(id) })
				.nullish()
				.catch(null),
		}),
	)
	.nullish();

type BatchErrors = z.infer<typeof errors>;

/** A part that would come if it were asked for again; all else is not there. */
const PASSING = /INTERNAL|TIME_?OUT|RATE_LIMIT|UNAVAILABLE|LOCKED/i;

/** Whether what a batch lacks is not there, and was not only left out for the moment. */
export function isWhole(batch: { errors?: BatchErrors }): boolean {
	return !batch.errors?.some(({ category }) => PASSING.test(category ?? ''));
}

/** The ids that a batch says do not exist. One that is in no result and in no error was only left out. */
export function idsNotFound({ errors: all }: { errors?: BatchErrors }): Set<string> {
	const notFound = (all ?? []).filter(({ category }) => /NOT_FOUND/i.test(category ?? ''));
	return new Set(notFound.flatMap(({ context }) => context?.ids ?? []));
}

/** What was found of what a batch asked for; the rest stands among the errors, or nowhere. */
export const dealBatchShape = z.object({
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

export const companyBatchShape = z.object({
	errors,
	results: z.array(
		z.object({
			id,
			properties: z.object({ name: text, domain: text, hs_merged_object_ids: text }).nullish(),
		}),
	),
});

export const associationsShape = z.object({
	errors,
	results: z.array(
		z.object({
			from: z.object({ id }),
			to: z.array(
				z.object({
					toObjectId: id,
					associationTypes: z.array(z.object({ typeId: z.union([z.number(), z.string()]) })).nullish(),
				}),
			),
		}),
	),
});

export const pipelinesShape = z.object({ results: z.array(z.unknown()) });

/** Names and facts that cannot be read are as good as not there: the stages' ids are what deals need. */
export const pipelineShape = z.object({
	id,
	label: text.catch(null),
	stages: z.array(z.unknown()).catch([]),
});

export const stageShape = z.object({
	id,
	label: text.catch(null),
	/** Texts both: "true", "0.8". */
	metadata: z.looseObject({ isClosed: z.unknown(), probability: z.unknown() }).nullish().catch(null),
});

export const accountDetailsShape = z.object({
	portalId: id,
	timeZone: text,
	companyCurrency: text,
});

export const introspectionShape = z.object({
	active: z.literal(true).optional(),
	hub_id: id,
	hub_domain: text,
});

export type DealPage = z.infer<typeof pageShape>;
export type DealSummary = z.infer<typeof glanceShape>;
export type ReadDeal = z.infer<typeof dealBatchShape>['results'][number];

/**
 * Calls the API and gives the reply in its shape; what is of another one is tried again like an outage.
 * @returns undefined where the request's `isNotFound` says so
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

/** Like `ask`, where an answer is all that can come. */
export async function fetchReply<T>(
	api: ProviderApi,
	shape: z.ZodType<T>,
	request: Omit<ApiRequest, 'isValid' | 'isNotFound'> & { isValid?: (reply: T) => boolean },
): Promise<T> {
	return shape.parse(await fetchReplyIfFound(api, shape, request));
}
