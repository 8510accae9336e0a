import type { StreamContext } from '../../engine/contract/stream';
import { listAll, PIPELINES, STAGES, type ListEndpoint } from './lists';
import type { Listed } from './replies';

/** A stage as stored in a record: as listed or, if it was removed, as known from our own tables. */
interface NamedStage {
	id: number | string;
	name?: unknown;
	pipeline_id?: unknown;
	deal_probability?: unknown;
}

/** A pipeline as stored in a record. */
type NamedPipeline = Pick<NamedStage, 'id' | 'name'>;

/** The stages that a record names, with their pipelines. */
export interface NamedStages {
	stages: NamedStage[];
	pipelines: NamedPipeline[];
}

/** A company's stages and pipelines, and removed ones that deals still refer to. Keyed by ids as strings. */
export class Stages {
	/** Look-ups by stage id, running or done. Shared, because batches are hydrated concurrently. */
	private readonly lookedUp = new Map<string, Promise<void>>();

	constructor(
		private readonly stages: Map<string, NamedStage>,
		private readonly pipelines: Map<string, NamedPipeline>,
	) {}

	/** Looks up the last known labels of unlisted stages in our own tables. */
	async lookUp(context: StreamContext, ids: readonly string[]): Promise<void> {
		const missing = ids.filter((id) => !this.stages.has(id) && !this.lookedUp.has(id));
		const found = missing.length > 0 ? this.remember(context, missing) : undefined;
		for (const id of missing) this.lookedUp.set(id, found!);
		await Promise.all(ids.map((id) => this.lookedUp.get(id)));
	}

	/** Finds the known stages among these ids, with their pipelines. */
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

/** Reads all pipelines and stages, once per read of the stream. */
export async function readStages(context: StreamContext): Promise<Stages> {
	return new Stages(await readAll(context, STAGES), await readAll(context, PIPELINES));
}

async function readAll(context: StreamContext, endpoint: ListEndpoint): Promise<Map<string, Listed>> {
	const all = (await listAll<Listed>(context, endpoint, { limit: '500' })) ?? [];
	return new Map(all.map((one) => [String(one.id), one]));
}
