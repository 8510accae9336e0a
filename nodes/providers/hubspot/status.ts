import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { NormaliseSettings, StageStatus } from '../normaliser';
import type { Deal, Stage } from './shapes';
import { parseFlag, parseNumber, parseOptionalText } from './values';

/**
 * What a deal's present stage means. A label proves nothing: a stage called "Closed lost" may be open.
 * In this order: the operator's map, what the deal says of itself, what the pipeline says of the stage.
 * @throws Rejection `status_unknown` where none of them tells
 */
export function chooseStatus(
	{ properties }: Deal,
	stage: Stage | undefined,
	stageId: string,
	{ stageMap }: Pick<NormaliseSettings, 'stageMap'>,
): StageStatus {
	const label = parseOptionalText(stage?.label);
	const status =
		stageMap.get(stageId.toLowerCase()) ??
		stageMap.get(label?.toLowerCase() ?? '') ??
		statusOfDeal(properties) ??
		(stage && statusOfStage(stage));
	if (status) return status;
	throw new Rejection(
		'status_unknown',
		'deal.properties.dealstage',
		`Neither the deal nor its pipeline says whether the stage "${excerpt(label ?? stageId)}" (${excerpt(stageId)}) is open, won or lost. ` +
			'Name it in Stage Map of Transform & Normalize, or set its probability to Won or Lost in HubSpot.',
	);
}

function statusOfDeal(properties: Deal['properties']): StageStatus | undefined {
	const won = parseFlag(properties.hs_is_closed_won);
	const lost = parseFlag(properties.hs_is_closed_lost);
	const closed = parseFlag(properties.hs_is_closed);
	if (won !== lost && (won === true || lost === true)) return won ? 'won' : 'lost';
	if (closed === false && won !== true) return 'active';
	return won === false && lost === false && closed === null ? 'active' : undefined;
}

function statusOfStage({ isClosed, probability }: Stage): StageStatus | undefined {
	const closed = parseFlag(isClosed);
	// An open stage may have the probability 0.
	if (closed === false) return 'active';
	const chance = closed ? parseNumber(probability) : undefined;
	if (chance?.eq(1)) return 'won';
	return chance?.isZero() ? 'lost' : undefined;
}
