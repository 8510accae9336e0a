import type { FactReader } from '../../shared/facts';
import { parsePercent } from './deal-facts';
import type { DealRecord, Stage, StageChange } from './schemas';

/** Finds the labels of stages, including removed ones. */
export class StageNames {
	private readonly stages: ReadonlyMap<string, Stage>;
	private readonly pipelines: ReadonlyMap<string, unknown>;
	/** Labels at the time a deal was moved. */
	private readonly former = new Map<string, string>();

	constructor(
		{ stages, pipelines, stageChanges }: DealRecord,
		private readonly reader: FactReader,
	) {
		this.stages = new Map(stages.map((stage) => [stage.id, stage]));
		this.pipelines = new Map(pipelines.map(({ id, name }) => [id, name]));
		for (const { data } of stageChanges) {
			this.remember(data.old_value, data, 'old_value_formatted');
			this.remember(data.new_value, data, 'new_value_formatted');
		}
	}

	/** Never empty. */
	getLabel(stageId: string): string {
		return parseName(this.stages.get(stageId)?.name) ?? this.former.get(stageId) ?? `stage:${stageId}`;
	}

	/** The stage's other properties, for metadata. */
	getFacts(stageId: string): Record<string, unknown> {
		const { pipeline_id: pipelineId, deal_probability: probability } = this.stages.get(stageId) ?? {};
		const pipeline = this.reader.text(this.pipelines.get(pipelineId ?? ''), 'pipelines.name');
		const chance = this.reader.read(probability, 'stages.deal_probability', parsePercent);
		return {
			stageId,
			...(pipelineId && { pipelineId }),
			...(pipeline && { pipeline }),
			...(chance !== null && { stageProbability: chance }),
		};
	}

	private remember(
		stageId: string | null | undefined,
		{ additional_data: additional }: StageChange['data'],
		property: string,
	): void {
		const name = parseName((additional as Record<string, unknown> | null | undefined)?.[property]);
		if (stageId && name !== undefined) this.former.set(stageId, name);
	}
}

const parseName = (text: unknown): string | undefined =>
	typeof text === 'string' && text.trim() !== '' ? text : undefined;
