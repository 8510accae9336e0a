import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { NormaliseSettings, StageStatus } from '../provider';
import type { Deal, Stage } from './schemas';
import { parseFlag, parseNumber, parseOptionalText } from './values';

/**
 * Chooses a deal's status from, in this order, the operator's Stage Map, the deal's own properties, and the pipeline's
 * stage. Labels are not interpreted: a stage called "Closed lost" may be open.
 * @throws Rejection `status_unknown` if none of them states it
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
		`Neither the deal nor its pipeline states whether the stage "${excerpt(label ?? stageId)}" (${excerpt(stageId)}) is open, won or lost. ` +
			'Add it to Stage Map in Zixly Transform & Normalize, or set its probability to Won or Lost in HubSpot.',
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
	// An open stage may also have the probability 0.
	if (closed === false) return 'active';
	const chance = closed ? parseNumber(probability) : undefined;
	if (chance?.eq(1)) return 'won';
	return chance?.isZero() ? 'lost' : undefined;
}
