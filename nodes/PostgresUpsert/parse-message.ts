import type { IDataObject } from 'n8n-workflow';

import type { LoadDeletion, LoadRejected, LoadRejection, LoadRow } from '../../db/load/input';
import { asText, excerpt } from '../shared/text';
import { parseState, type StateInput } from './parse-state';

/** What a chunk consists of. The database checks the values: invalid ones must end as a rejection. */
export type StorableMessage =
	| { type: 'ROW'; value: LoadRow }
	| { type: 'DELETED'; value: LoadDeletion }
	| { type: 'REJECTED'; value: LoadRejected }
	| { type: 'STATE'; value: StateInput; endsRun: boolean };

/** A message that concerns the database. */
export type LoadMessage = StorableMessage | { type: 'RECORD' };

/** @returns undefined for a FAILURE, a SUMMARY and types of later versions, which pass through */
export function parseLoadMessage(json: IDataObject): LoadMessage | undefined {
	switch (json.type) {
		case 'ROW':
			return { type: 'ROW', value: parseRow(json) };
		case 'DELETED':
			return { type: 'DELETED', value: parseDeletion(json) };
		case 'REJECTED':
			return { type: 'REJECTED', value: parseRejected(json) };
		case 'STATE':
			return { type: 'STATE', value: parseState(json), endsRun: json.endsRun === true };
		case 'RECORD':
			return { type: 'RECORD' };
		default:
			return undefined;
	}
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
			detail: reason.detail as LoadRejection['detail'],
		},
		record: json.record,
	};
}
