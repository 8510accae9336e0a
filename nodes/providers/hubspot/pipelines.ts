import type { z } from 'zod/v4';

import type { StreamContext } from '../../engine/contract/stream';
import { isReadableList, sortEntries, warnOfNameless } from '../../engine/read/list-entries';
import { paths } from './paths';
import { fetchReply, pipelineSchema, pipelinesSchema, stageSchema } from './replies';
import { parseOptionalText } from './values';

/** A stage with its pipeline, as stored in a record. `isClosed` and `probability` are HubSpot's strings. */
export interface StageOfPipeline {
	id: string;
	label: string | null;
	pipelineId: string | null;
	pipeline: string | null;
	isClosed: unknown;
	probability: unknown;
}

/** The stages of all pipelines, and removed stages that deals still refer to. */
export class Stages {
	/** Look-ups by stage id, running or done. Shared, because batches are hydrated concurrently. */
	private readonly lookedUp = new Map<string, Promise<void>>();

	constructor(private readonly known: Map<string, StageOfPipeline>) {}

	/** Finds stages by id. The last known label of a removed stage comes from our own tables. */
	async named(context: StreamContext, ids: readonly string[]): Promise<Map<string, StageOfPipeline>> {
		const missing = ids.filter((id) => !this.known.has(id) && !this.lookedUp.has(id));
		const lookUp = missing.length > 0 ? this.remember(context, missing) : undefined;
		for (const id of missing) this.lookedUp.set(id, lookUp!);
		await Promise.all(ids.map((id) => this.lookedUp.get(id)));
		const found = ids.map((id) => this.known.get(id)).filter((stage) => stage !== undefined);
		return new Map(found.map((stage) => [stage.id, stage]));
	}

	private async remember({ store }: StreamContext, ids: readonly string[]): Promise<void> {
		for (const { id, label, metadata } of await store.knownStages(ids)) {
			const { pipelineId, pipeline, probability } = metadata;
			const names = { pipelineId: parseOptionalText(pipelineId), pipeline: parseOptionalText(pipeline) };
			this.known.set(id, {
				id,
				label,
				...names,
				isClosed: null,
				probability: parseOptionalText(probability),
			});
		}
	}
}

/** Reads all pipelines, once per read of the stream. */
export async function readStages(context: StreamContext): Promise<Stages> {
	const { api, account } = context;
	const { results } = await fetchReply(api, pipelinesSchema, {
		path: paths.pipelines,
		account,
		description: 'the pipelines',
		scope: 'crm.schemas.deals.read',
		isValid: (reply) => isReadableList(reply.results, (entry) => pipelineSchema.safeParse(entry).data),
	});
	const pipelines = parseNamed(context, results, pipelineSchema, 'the pipelines');
	const stages = pipelines.flatMap((pipeline) =>
		parseNamed(context, pipeline.stages, stageSchema, 'the stages of a pipeline').map(
			({ id, label, metadata }): StageOfPipeline => ({
				id,
				label,
				pipelineId: pipeline.id,
				pipeline: pipeline.label,
				isClosed: metadata?.isClosed ?? null,
				probability: metadata?.probability ?? null,
			}),
		),
	);
	return new Stages(new Map(stages.map((stage) => [stage.id, stage])));
}

/** Parses the entries that have an id. A stage that is missing here gets its label from our own tables. */
function parseNamed<Entry extends { id: string }>(
	{ account, warn }: StreamContext,
	given: readonly unknown[],
	shape: z.ZodType<Entry>,
	what: string,
): Entry[] {
	const named = { provider: 'HubSpot', what, account: account.name };
	const reader = { read: (entry: unknown) => shape.safeParse(entry).data, getId: ({ id }: Entry) => id };
	const { entries, nameless } = sortEntries<Entry>(given, reader, named);
	warnOfNameless(named, nameless, warn);
	return entries;
}
