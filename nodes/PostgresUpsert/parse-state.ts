import type { IDataObject } from 'n8n-workflow';

import { isPlainObject } from '../../db/load/column-values';
import { parseCounts } from '../../db/load/counts';
import type { LoadState } from '../../db/load/input';
import { canonicalInstant } from '../../db/postgres/rows';
import { asText } from '../shared/text';

/** A STATE without the count of its rows, which the loader adds. */
export type StateInput = Omit<LoadState, 'rowsArrived'>;

/** Parses a STATE; invalid values are ignored. */
export function parseState(json: IDataObject): StateInput {
	return {
		stream: asText(json.stream),
		accountId: asText(json.accountId),
		settled: parseTexts(json.settled),
		withoutRows: parseTexts(json.withoutRows),
		ageing: parseAgeing(json.ageing),
		state: isPlainObject(json.state) ? json.state : null,
		counts: parseCounts(json.counts),
	};
}

function parseAgeing(value: unknown): StateInput['ageing'] {
	const { staleBefore } = isPlainObject(value) ? value : {};
	const instant = typeof staleBefore === 'string' ? canonicalInstant(staleBefore.slice(0, 40)) : undefined;
	return instant ? { staleBefore: instant } : undefined;
}

/** Record ids per STATE. */
const MAX_SETTLED = 1_000;

function parseTexts(value: unknown): string[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.filter((one) => typeof one === 'string').slice(0, MAX_SETTLED);
}
