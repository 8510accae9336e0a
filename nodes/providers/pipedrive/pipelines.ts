import type { StreamContext } from '../../engine/contract/stream';
import { listAll, PIPELINES, STAGES, type ListEndpoint } from './lists';
import type { Listed } from './replies';

/** A stage as a record holds it: as the list gives it, or, where it was removed, what our own tables know of it. */
interface NamedStage {
	id: number | string;
	name?: unknown;
	pipeline_id?: unknown;
	deal_probability?: unknown;
}

/** A pipeline likewise. */
type NamedPipeline = Pick<NamedStage, 'id' | 'name'>;

/** What a record needs to know of the stages that it speaks of. */
export interface NamedStages {
	stages: NamedStage[];
	pipelines: NamedPipeline[];
}

/** The stages and pipelines of a company, and those removed since that deals still speak of. Ids are texts here. */
export class Stages {
	/** What is being looked up, or was: batches are composed side by side. */
	private readonly lookedUp = new Map<string, Promise<void>>();

	constructor(
		private readonly stages: Map<string, NamedStage>,
		private readonly pipelines: Map<string, NamedPipeline>,
	) {}

	/** Looks up in our own tables what those of the stages that are no longer listed were called last. */
	async lookUp(context: StreamContext, ids: readonly string[]): Promise<void> {
		const missing = ids.filter((id) => !this.stages.has(id) && !this.lookedUp.has(id));
		const found = missing.length > 0 ? this.remember(context, missing) : undefined;
		for (const id of missing) this.lookedUp.set(id, found!);
		await Promise.all(ids.map((id) => this.lookedUp.get(id)));
	}

	/** Those of the stages that are known, with their pipelines. */
	named(ids: Iterable<string>): NamedStages {
		const stages = [...ids].map((id) => this.stages.get(id)).filter((stage) => stage !== undefined);
		const pipelineIds = new Set(stages.map(({ pipeline_id: id }) => String(id)));
		const pipelines = [...pipelineIds].map((id) => this.pipelines.get(id));
		return { stages, pipelines: pipelines.filter((pipeline) => pipeline !== undefined) };
	}

	private async remember({ store }: StreamContext, ids: readonly string[]): Promise<void> {
		for (const { id, label, metadata } of await store.knownStages(ids)) {
			const { pipelineId, pipeline, stageProbability } = metadata;
			const facts = { pipeline_id: pipelineId ?? null, deal_probability: stageProbability ?? null };
			this.stages.set(id, { id, name: label, ...facts });
			const key = String(pipelineId);
			if (pipeline && !this.pipelines.has(key)) this.pipelines.set(key, { id: key, name: pipeline });
		}
	}
}

/** Reads all pipelines and stages, once for all records of a reading. */
export async function readStages(context: StreamContext): Promise<Stages> {
	return new Stages(await readAll(context, STAGES), await readAll(context, PIPELINES));
}

async function readAll(context: StreamContext, endpoint: ListEndpoint): Promise<Map<string, Listed>> {
	const all = (await listAll<Listed>(context, endpoint, { limit: '500' })) ?? [];
	return new Map(all.map((one) => [String(one.id), one]));
}
