import type { IDataObject } from 'n8n-workflow';

import type { LoadDeletion, LoadRejected, LoadRejection, LoadRow, LoadState } from '../../db/load/input';
import { getContent, type Change } from '../../db/load/chunk';
import { parseCounts } from '../../db/load/counts';
import { canonicalInstant } from '../../db/postgres/rows';
import { isPlainObject } from '../../db/load/column-values';
import { asText, excerpt } from '../shared/text';

/** A STATE without the count of its rows, which the loader adds. */
export type StateInput = Omit<LoadState, 'rowsArrived'>;

/** A message that concerns the database. The loader checks the values: invalid ones must end as a rejection. */
export type LoadMessage =
	| { type: 'ROW'; row: LoadRow }
	| { type: 'DELETED'; deletion: LoadDeletion }
	| { type: 'REJECTED'; rejected: LoadRejected }
	| { type: 'STATE'; state: StateInput; endsRun: boolean }
	| { type: 'RECORD' };

/** @returns undefined for a FAILURE, a SUMMARY and types of later versions, which pass through */
export function parseLoadMessage(json: IDataObject): LoadMessage | undefined {
	switch (json.type) {
		case 'ROW':
			return { type: 'ROW', row: parseRow(json) };
		case 'DELETED':
			return { type: 'DELETED', deletion: parseDeletion(json) };
		case 'REJECTED':
			return { type: 'REJECTED', rejected: parseRejected(json) };
		case 'STATE':
			return { type: 'STATE', state: parseState(json), endsRun: json.endsRun === true };
		case 'RECORD':
			return { type: 'RECORD' };
		default:
			return undefined;
	}
}

/** Turns a row or a deletion into its rejection, in the form that a replay reads. */
export function rejectChange(change: Change, reason: LoadRejection): LoadRejected {
	const { stream, accountId, recordId } = change;
	return { stream, accountId, recordId, stage: 'load', reason, record: { rows: [getContent(change)] } };
}

const parseOrigin = (json: IDataObject) => ({
	stream: asText(json.stream),
	accountId: asText(json.accountId),
	recordId: json.recordId as string,
});

function parseRow(json: IDataObject): LoadRow {
	const { stream, accountId } = json;
	// Returns the message itself if possible: copying each would produce a third of the node's garbage.
	if ('row' in json && typeof stream === 'string' && typeof accountId === 'string')
		return json as unknown as LoadRow;
	return {
		...parseOrigin(json),
		table: json.table as string,
		client: json.client as unknown as LoadRow['client'],
		row: json.row as Record<string, unknown>,
	};
}

function parseDeletion(json: IDataObject): LoadDeletion {
	const { leadId, deletedAt, metricName, recordDate, keptDate, keptValue, keptMetadata } = json;
	const kept = { keptDate, keptValue, keptMetadata };
	const table = json.table as string;
	const client = json.client as unknown as LoadDeletion['client'];
	return { ...parseOrigin(json), table, leadId, deletedAt, client, metricName, recordDate, ...kept };
}

/** In characters. A reason of our own is never longer; other nodes may send anything. */
const [MAX_CODE, MAX_PATH, MAX_MESSAGE] = [80, 300, 1_000];

const STAGES = ['extract', 'transform', 'load'] as const;

function parseRejected(json: IDataObject): LoadRejected {
	const reason = (json.reason ?? {}) as Record<string, unknown>;
	return {
		...parseOrigin(json),
		stage: STAGES.find((stage) => stage === json.stage) ?? 'transform',
		reason: {
			code: excerpt(asText(reason.code), MAX_CODE) || 'unknown',
			path: excerpt(asText(reason.path), MAX_PATH),
			message: excerpt(asText(reason.message), MAX_MESSAGE) || 'The record was rejected without a reason.',
			...(isPlainObject(reason.detail) && { detail: reason.detail }),
		},
		record: json.record,
	};
}

/** Parses a STATE; invalid values are ignored. */
function parseState(json: IDataObject): StateInput {
	const { stream, accountId } = parseOrigin(json);
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
