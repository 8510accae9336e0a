import type { IDataObject } from 'n8n-workflow';

import type { LoadDeletion, LoadRejected, LoadRow } from '../../db/load/chunk';
import type { StateMessage } from '../shared/messages';

/** Whose an incoming message is. A run of null means that the node opens one. */
export interface Origin {
	tenantId: string;
	integrationId: string | null;
	syncRunId: string | null;
	provider: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value : null;

export function originOf(json: IDataObject): Origin {
	return {
		tenantId: text(json.tenantId),
		integrationId: textOrNull(json.integrationId),
		syncRunId: textOrNull(json.syncRunId),
		provider: text(json.provider),
	};
}

const placeOf = (json: IDataObject) => ({
	provider: text(json.provider),
	stream: text(json.stream),
	accountId: text(json.accountId),
	recordId: json.recordId as string,
});

/** A ROW for the loader, which checks the rest: whatever is wrong with it must end as a rejection. */
export function rowOf(json: IDataObject): LoadRow {
	const { provider, stream, accountId } = json;
	// The message itself where it can be: a copy of each would be a third of the node's garbage.
	if (typeof provider === 'string' && typeof stream === 'string' && typeof accountId === 'string') {
		return json as unknown as LoadRow;
	}
	return {
		...placeOf(json),
		table: json.table as string,
		client: json.client as unknown as LoadRow['client'],
		row: json.row as Record<string, unknown>,
	};
}

/** A DELETED for the loader, which checks the rest as it does with a ROW. */
export function deletionOf(json: IDataObject): LoadDeletion {
	const { leadId, deletedAt, metricName, recordDate } = json;
	const table = json.table as string;
	const client = json.client as unknown as LoadDeletion['client'];
	return { ...placeOf(json), table, leadId, deletedAt, client, metricName, recordDate };
}

const STAGES = ['extract', 'transform', 'load'] as const;

export function rejectedOf(json: IDataObject): LoadRejected {
	const reason = (json.reason ?? {}) as Record<string, unknown>;
	return {
		...placeOf(json),
		stage: STAGES.find((stage) => stage === json.stage) ?? 'transform',
		reason: {
			code: text(reason.code) || 'unknown',
			path: text(reason.path),
			message: text(reason.message) || 'The record was rejected without a reason.',
		},
		record: json.record,
	};
}

export function stateOf(json: IDataObject): StateMessage {
	const { provider, stream, accountId } = placeOf(json);
	return {
		...(json as unknown as StateMessage),
		provider,
		stream,
		accountId,
		counts: (json.counts ?? {}) as StateMessage['counts'],
		settled: textsIn(json.settled),
	};
}

/** Far more than one STATE closes. */
const MAX_SETTLED = 1_000;

function textsIn(value: unknown): string[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.filter((one) => typeof one === 'string').slice(0, MAX_SETTLED);
}
