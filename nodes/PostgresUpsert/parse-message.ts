import type { IDataObject } from 'n8n-workflow';

import type { LoadDeletion, LoadRejected, LoadRow, LoadState } from '../../db/load/input';
import { parseCounts } from '../../db/load/counts';
import { canonicalInstant } from '../../db/postgres/rows';
import { isPlainObject } from '../../db/load/column-values';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const parsePlace = (json: IDataObject) => ({
	stream: text(json.stream),
	accountId: text(json.accountId),
	recordId: json.recordId as string,
});

/** Parses a ROW only as far as the loader needs to reject it: the loader checks the rest. */
export function parseRow(json: IDataObject): LoadRow {
	const { stream, accountId } = json;
	// Returns the message itself if possible: copying each would produce a third of the node's garbage.
	if (typeof stream === 'string' && typeof accountId === 'string') return json as unknown as LoadRow;
	return {
		...parsePlace(json),
		table: json.table as string,
		client: json.client as unknown as LoadRow['client'],
		row: json.row as Record<string, unknown>,
	};
}

/** Parses a DELETED; the loader checks the rest, as with a ROW. */
export function parseDeletion(json: IDataObject): LoadDeletion {
	const { leadId, deletedAt, metricName, recordDate, keptDate, keptValue, keptMetadata } = json;
	const kept = { keptDate, keptValue, keptMetadata };
	const table = json.table as string;
	const client = json.client as unknown as LoadDeletion['client'];
	return { ...parsePlace(json), table, leadId, deletedAt, client, metricName, recordDate, ...kept };
}

const STAGES = ['extract', 'transform', 'load'] as const;

export function parseRejected(json: IDataObject): LoadRejected {
	const reason = (json.reason ?? {}) as Record<string, unknown>;
	return {
		...parsePlace(json),
		stage: STAGES.find((stage) => stage === json.stage) ?? 'transform',
		reason: {
			code: text(reason.code) || 'unknown',
			path: text(reason.path),
			message: text(reason.message) || 'The record was rejected without a reason.',
			...(isPlainObject(reason.detail) && { detail: reason.detail }),
		},
		record: json.record,
	};
}

/** Parses a STATE; invalid values are ignored. */
export function parseState(json: IDataObject): Omit<LoadState, 'rowsArrived'> {
	const { stream, accountId } = parsePlace(json);
	const { staleBefore } = isPlainObject(json.ageing) ? json.ageing : {};
	const before = typeof staleBefore === 'string' ? canonicalInstant(staleBefore.slice(0, 40)) : undefined;
	return {
		stream,
		accountId,
		state: isPlainObject(json.state) ? json.state : null,
		counts: parseCounts(json.counts),
		...(before && { ageing: { staleBefore: before } }),
		settled: parseTexts(json.settled),
		withoutRows: parseTexts(json.withoutRows),
	};
}

/** Record ids per STATE. */
const MAX_SETTLED = 1_000;

function parseTexts(value: unknown): string[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.filter((one) => typeof one === 'string').slice(0, MAX_SETTLED);
}
