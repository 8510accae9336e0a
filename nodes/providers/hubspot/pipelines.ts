import type { StreamContext } from '../../engine/definition';
import { paths } from './paths';
import { demand, pipelinesShape } from './replies';

/** A stage with its pipeline, as a record holds it. `isClosed` and `probability` are texts, as HubSpot has them. */
export interface StageOfPipeline {
	id: string;
	label: string | null;
	pipelineId: string;
	pipeline: string | null;
	isClosed: unknown;
	probability: unknown;
}

/** The stages of all pipelines by their ids. One that was removed is missing, though old deals still name it. */
export async function readStages({ api, account }: StreamContext): Promise<Map<string, StageOfPipeline>> {
	const { results } = await demand(api, pipelinesShape, {
		path: paths.pipelines,
		account,
		what: 'the pipelines',
		scope: 'crm.schemas.deals.read',
	});
	const stages = results.flatMap((pipeline) =>
		pipeline.stages.map(({ id, label, metadata }) => ({
			id,
			label: label ?? null,
			pipelineId: pipeline.id,
			pipeline: pipeline.label ?? null,
			isClosed: metadata?.isClosed ?? null,
			probability: metadata?.probability ?? null,
		})),
	);
	return new Map(stages.map((stage) => [stage.id, stage]));
}
