import type { z } from 'zod/v4';

import type { StreamContext } from '../../engine/contract/stream';
import { isReadableList, sortEntries, warnOfNameless } from '../../engine/read/list-entries';
import { paths } from './paths';
import { fetchReply, pipelineShape, pipelinesShape, stageShape } from './replies';
import { parseOptionalText } from './values';

/** A stage with its pipeline, as a record holds it. `isClosed` and `probability` are texts, as HubSpot has them. */
export interface StageOfPipeline {
	id: string;
	label: string | null;
	pipelineId: string | null;
	pipeline: string | null;
	isClosed: unknown;
	probability: unknown;
}

/** The stages of all pipelines, and those removed since that deals still name. */
export class Stages {
	/** What is being looked up, or was, by the stages' ids: batches are composed side by side. */
	private readonly lookedUp = new Map<string, Promise<void>>();

	constructor(private readonly known: Map<string, StageOfPipeline>) {}

	/** The stages of these ids; what a stage that was removed was called last is known from our own tables. */
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

/** Reads all pipelines, once for all records of a reading. */
export async function readStages(context: StreamContext): Promise<Stages> {
	const { api, account } = context;
	const { results } = await fetchReply(api, pipelinesShape, {
		path: paths.pipelines,
		account,
		description: 'the pipelines',
		scope: 'crm.schemas.deals.read',
		isValid: (reply) => isReadableList(reply.results, (entry) => pipelineShape.safeParse(entry).data),
	});
	const pipelines = parseNamed(context, results, pipelineShape, 'the pipelines');
	const stages = pipelines.flatMap((pipeline) =>
		parseNamed(context, pipeline.stages, stageShape, 'the stages of a pipeline').map(
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

/** The entries that have an id: a deal whose stage is not among them has it named by what our own tables know. */
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
