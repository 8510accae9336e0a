import type { Replay, ReplayGroup, ReplayRecord } from '../../../db/runs/replay';
import { UPLOAD, UPLOAD_ACCOUNT } from '../../providers/manual';
import { accountFrom, type Account } from '../../shared/account';
import type {
	DeletedMessage,
	Envelope,
	Message,
	RecordMessage,
	RowMessage,
	StateMessage,
} from '../../shared/messages';

type OpenReplay = Extract<Replay, { syncRunId: string }>;

/** The messages of a replay, and how many records were left out, by reason. */
export interface ReplayMessages {
	messages: Message[];
	leftOut: Map<string, number>;
}

/**
 * Builds the messages that Extract and Transform would emit: a RECORD for what was rejected before it became rows, the
 * original ROW or DELETED for what the database rejected. A STATE that moves nothing closes each stream of an account
 * and counts its records.
 */
export function replayMessages(group: ReplayGroup, { syncRunId, records }: OpenReplay): ReplayMessages {
	const { tenantId, integrationId, provider } = group;
	const leftOut = new Map<string, number>();
	const messages: Message[] = [];
	for (const ofStream of byStream(latestStages(records))) {
		const { stream, accountId } = ofStream[0]!;
		const envelope = { tenantId, integrationId, syncRunId, provider, stream, accountId };
		const replayed = ofStream.map((record) => buildMessages(record, envelope));
		const usable = replayed.filter((one) => typeof one !== 'string');
		for (const reason of replayed.filter((one) => typeof one === 'string'))
			leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
		messages.push(...usable.flat(), buildState(envelope, usable));
	}
	return { messages, leftOut };
}

/**
 * Keeps one rejection per record: if both stages rejected it, the raw record yields all of its rows.
 */
function latestStages(records: readonly ReplayRecord[]): ReplayRecord[] {
	const chosen = new Map<string, ReplayRecord>();
	for (const record of records) {
		const key = JSON.stringify([record.stream, record.accountId, record.recordId]);
		if (record.stage === 'transform' || !chosen.has(key)) chosen.set(key, record);
	}
	return [...chosen.values()];
}

function byStream(records: readonly ReplayRecord[]): ReplayRecord[][] {
	const streams = new Map<string, ReplayRecord[]>();
	for (const record of records) {
		const key = JSON.stringify([record.stream, record.accountId]);
		streams.set(key, [...(streams.get(key) ?? []), record]);
	}
	return [...streams.values()];
}

/** The record's messages, or the reason why it cannot be replayed. */
function buildMessages(record: ReplayRecord, envelope: Envelope): ReplayedMessage[] | string {
	const { recordId, stage, payload, lastSeenAt } = record;
	const account = record.account ? accountFrom(record.account) : uploadAccount(envelope);
	if (stage === 'load') return toReplayedMessages(payload, { ...envelope, recordId }) ?? NO_ROWS;
	if (!account) return NO_ACCOUNT;
	if (typeof payload !== 'object' || payload === null) return NO_RECORD;
	const raw = payload as Record<string, unknown>;
	return [{ type: 'RECORD', ...envelope, recordId, account, fetchedAt: lastSeenAt, record: raw }];
}

const uploadAccount = ({ provider }: Envelope): Account | null =>
	provider === UPLOAD ? UPLOAD_ACCOUNT : null;

const NO_ROWS = 'their rows could not be stored with them';
const NO_RECORD = 'the raw record was not kept';
const NO_ACCOUNT = 'their account is no longer connected';

type ReplayedMessage = RecordMessage | RowMessage | DeletedMessage;
type Named = Envelope & { recordId: string };

function toReplayedMessages(payload: unknown, named: Named): ReplayedMessage[] | undefined {
	const { rows } = (payload ?? {}) as { rows?: unknown };
	if (!Array.isArray(rows)) return undefined;
	return rows.map((one) => toReplayedMessage((one ?? {}) as Record<string, unknown>, named));
}

/** Picks only the known fields: others in an old rejection must not overwrite the message's own. */
function toReplayedMessage(one: Record<string, unknown>, named: Named): RowMessage | DeletedMessage {
	const { table, client, row, leadId, deletedAt, metricName, recordDate, ...rest } = one;
	const { keptDate, keptValue, keptMetadata } = rest;
	if (row !== undefined) return { type: 'ROW', ...named, table, client, row } as RowMessage;
	const about =
		table === 'lead_events'
			? { leadId, deletedAt }
			: {
					client,
					metricName,
					...(keptDate === undefined ? { recordDate } : { keptDate, keptValue, keptMetadata }),
				};
	return { type: 'DELETED', ...named, table, ...about } as DeletedMessage;
}

function buildState(envelope: Envelope, replayed: ReplayedMessage[][]): StateMessage {
	const rows = replayed.flat().filter(({ type }) => type !== 'RECORD').length;
	const normalised = replayed.filter(([first]) => first?.type !== 'RECORD').length;
	return {
		type: 'STATE',
		...envelope,
		state: null,
		hasMore: false,
		counts: { extracted: replayed.length, normalised, rows: { produced: rows } },
	};
}
