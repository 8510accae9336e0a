import { plainText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import type { StageEntry } from '../lead-events';
import type { Deal, Stage } from './shapes';
import { instantIn, numberIn, textIn } from './values';

/** A stage that the deal came into at an instant. */
interface Entry {
	stageId: string;
	at: string;
	/** Of two at one instant the older one has the smaller number. */
	order: number;
}

/**
 * Every entry of a deal into a stage, oldest first, out of the history of its stage.
 * @throws Rejection where an entry cannot be read, or there is no stage at all
 */
export function stageEntriesOf(deal: Deal, stages: ReadonlyMap<string, Stage>): StageEntry[] {
	const present = textIn(deal.properties.dealstage);
	const entries = [...entriesInHistory(deal), ...missingEntry(deal, present)];
	const last = (stageId: string): number => Number(stageId === present);
	entries.sort((a, b) => compare(a.at, b.at) || last(a.stageId) - last(b.stageId) || a.order - b.order);
	if (entries.length === 0) {
		throw new Rejection(
			'stage_missing',
			'deal.properties.dealstage',
			'The deal is in no stage, and no instant is known at which it came into one. Choose a stage for it in HubSpot.',
		);
	}
	return unique(entries.map((entry, index) => stageEntry(deal.id, entry, index, stages.get(entry.stageId))));
}

/** What a stage is called; one that was removed from its pipeline without a trace by its id. */
export function labelOf(stageId: string, stage: Stage | undefined): string {
	return textIn(stage?.label) ?? `stage:${stageId}`;
}

function entriesInHistory(deal: Deal): Entry[] {
	const path = 'deal.propertiesWithHistory.dealstage';
	const versions = (deal.propertiesWithHistory?.dealstage ?? []).flatMap(({ value, timestamp }, index) => {
		const stageId = textIn(value);
		const at = instantIn(timestamp, `${path}[${index}].timestamp`);
		return stageId !== null && at !== null ? [{ stageId, at }] : [];
	});
	// The newest comes first in all that was seen, but nowhere is that promised.
	const oldestFirst = compare(versions[0]?.at ?? '', versions.at(-1)?.at ?? '') < 0;
	return versions.map((version, index) => ({ ...version, order: oldestFirst ? index : -index }));
}

/**
 * The entry into the present stage, where the history does not have it: HubSpot keeps so many values of a property,
 * and gives none at all where it was not asked.
 */
function missingEntry(deal: Deal, present: string | null): Entry[] {
	const versions = deal.propertiesWithHistory?.dealstage ?? [];
	if (present === null || versions.some(({ value }) => textIn(value) === present)) return [];
	const { hs_v2_date_entered_current_stage: entered, createdate } = deal.properties;
	const at =
		instantIn(entered, 'deal.properties.hs_v2_date_entered_current_stage') ??
		(versions.length === 0 ? instantIn(createdate, 'deal.properties.createdate') : null);
	return at === null ? [] : [{ stageId: present, at, order: Number.MAX_SAFE_INTEGER }];
}

function stageEntry(
	dealId: string,
	{ stageId, at }: Entry,
	index: number,
	stage: Stage | undefined,
): StageEntry {
	const probability = numberIn(stage?.probability, `stages.${stageId}.probability`);
	return {
		externalId: `deal:${dealId}:${stageId}:${Date.parse(at)}`,
		enteredAt: at,
		changeId: String(index).padStart(6, '0'),
		stageId,
		stage: labelOf(stageId, stage),
		metadata: {
			stageId,
			pipelineId: textIn(stage?.pipelineId),
			pipeline: textIn(stage?.pipeline),
			probability: probability && plainText(probability),
		},
	};
}

function unique(entries: StageEntry[]): StageEntry[] {
	return [...new Map(entries.map((entry) => [entry.externalId, entry])).values()];
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
