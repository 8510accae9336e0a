import type { FactReader } from '../../shared/facts';
import { plainText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { completeHistory, type StageEntry, type StageHistory } from '../stage-history';
import type { Deal, Stage } from './schemas';
import { parseOptionalInstant, parseNumber, parseOptionalText } from './values';

type EntryAt = (stageId: string, at: string, order?: number) => StageEntry;

/**
 * Builds a deal's stage entries, oldest first, from the past values of its stage.
 * @throws Rejection if an entry cannot be read, or there is no stage at all
 */
export function buildStageHistory(
	deal: Deal,
	stages: ReadonlyMap<string, Stage>,
	facts: FactReader,
	fetchedAt: string,
): StageHistory {
	const entryAt: EntryAt = (stageId, at, order = 0) =>
		stageEntry(deal.id, { stageId, at, order }, stages.get(stageId), facts);
	const entries = entriesInHistory(deal, entryAt);
	const stageId = parseOptionalText(deal.properties.dealstage);
	const since =
		findPresentStageTime(deal, facts) ?? (entries.length === 0 ? findCreationTime(deal, facts) : null);
	if (entries.length === 0 && (stageId === null || since === null)) throw noStage();
	const present = stageId === null ? null : { stageId, since, entryAt: (at: string) => entryAt(stageId, at) };
	return completeHistory(entries, present, fetchedAt);
}

/** The stage's label; for a removed stage that is not known any more, its id. */
function getLabel(stageId: string, stage: Stage | undefined, facts: FactReader): string {
	return facts.text(stage?.label, 'stages.label') ?? `stage:${stageId}`;
}

function entriesInHistory(deal: Deal, entryAt: EntryAt): StageEntry[] {
	const path = 'deal.propertiesWithHistory.dealstage';
	const versions = (deal.propertiesWithHistory?.dealstage ?? []).flatMap(({ value, timestamp }, index) => {
		const stageId = parseOptionalText(value);
		const at = parseOptionalInstant(timestamp, `${path}[${index}].timestamp`);
		return stageId !== null && at !== null ? [{ stageId, at }] : [];
	});
	// In practice the newest comes first, but the order is not documented.
	const oldestFirst = (versions[0]?.at ?? '') < (versions.at(-1)?.at ?? '');
	return versions.map(({ stageId, at }, index) =>
		entryAt(stageId, at, oldestFirst ? index : versions.length - index),
	);
}

const findPresentStageTime = ({ properties }: Deal, facts: FactReader): string | null =>
	facts.instant(
		properties.hs_v2_date_entered_current_stage,
		'deal.properties.hs_v2_date_entered_current_stage',
	);

/** Without history, which HubSpot returns only on request, the deal counts as in its stage since its creation. */
function findCreationTime({ properties, createdAt, updatedAt }: Deal, facts: FactReader): string | null {
	return (
		facts.instant(properties.createdate, 'deal.properties.createdate') ??
		facts.instant(createdAt, 'deal.createdAt') ??
		facts.instant(properties.hs_lastmodifieddate, 'deal.properties.hs_lastmodifieddate') ??
		facts.instant(updatedAt, 'deal.updatedAt')
	);
}

const noStage = (): Rejection =>
	new Rejection(
		'stage_missing',
		'deal.properties.dealstage',
		'The deal has no stage, or no time is known at which it entered one. Choose a stage for it in HubSpot.',
	);

function stageEntry(
	dealId: string,
	{ stageId, at, order }: { stageId: string; at: string; order: number },
	stage: Stage | undefined,
	facts: FactReader,
): StageEntry {
	const probability = facts.read(stage?.probability, 'stages.probability', parseNumber);
	return {
		externalId: `deal:${dealId}:${stageId}:${Date.parse(at)}`,
		enteredAt: at,
		changeId: String(order),
		stageId,
		stage: getLabel(stageId, stage, facts),
		metadata: {
			stageId,
			pipelineId: facts.text(stage?.pipelineId, 'stages.pipelineId'),
			pipeline: facts.text(stage?.pipeline, 'stages.pipeline'),
			probability: probability && plainText(probability),
		},
	};
}
