import { z } from 'zod/v4';

import { parseCounts } from '../../db/load/counts';
import type { NamedRun } from '../../db/runs/take';
import type { RawRecord } from '../providers/normaliser';
import { isTimeZone, utcInstant } from '../shared/dates';
import type { Envelope, StateMessage } from '../shared/messages';
import { attempt, type Rejection } from '../shared/rejection';
import { shaped } from '../shared/shape';

/** A raw record on its way in. */
export interface IncomingRecord {
	kind: 'record';
	item: number;
	envelope: Envelope;
	json: Record<string, unknown>;
	/** What the normalisers want of it, or why it cannot be told. */
	raw: RawRecord | Rejection;
	/** A row of a file that holds nothing: it is counted, and gives nothing. */
	skipped?: true;
	/** Only for a look: what comes of it is marked, too, and is not stored. */
	preview: boolean;
}

/** What this node made of a user's own items: records, and the STATEs that end files. */
export type OwnIncoming = IncomingRecord | { kind: 'state'; item: number; message: StateMessage };

/** What the input items are to this node. */
export type Incoming =
	| IncomingRecord
	| { kind: 'state'; item: number; message: StateMessage }
	| { kind: 'other'; item: number };

/** What a message is to this node; whose it is, its run says. */
export function incomingMessage(json: Record<string, unknown>, item: number, run: NamedRun): Incoming {
	if (json.type === 'RECORD') return incomingRecord(json, item, readEnvelope(json, run));
	if (json.type === 'STATE') return { kind: 'state', item, message: readState(json, run) };
	return { kind: 'other', item };
}

/** What a message is that is only for a look: no run stands behind it, and nothing of it is stored. */
export function incomingPreview(json: Record<string, unknown>, item: number): Incoming {
	if (json.type !== 'RECORD') return { kind: 'other', item };
	const tenantId = toText(json.tenantId);
	const integrationId = toText(json.integrationId);
	const about = { tenantId, integrationId, syncRunId: null, provider: toText(json.provider) };
	return { ...incomingRecord(json, item, readEnvelope(json, about)), preview: true };
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : '');

function readEnvelope(
	json: Record<string, unknown>,
	{ tenantId, integrationId, syncRunId, provider }: Omit<Envelope, 'stream' | 'accountId'>,
): Envelope {
	const [stream, accountId] = [toText(json.stream), toText(json.accountId)];
	return { tenantId, integrationId, syncRunId, provider, stream, accountId };
}

/** What it says that makes no sense is as if it were not said. */
function readState(json: Record<string, unknown>, run: NamedRun): StateMessage {
	const warnings = Array.isArray(json.warnings) ? json.warnings.filter((one) => typeof one === 'string') : [];
	return {
		...(json as unknown as StateMessage),
		...readEnvelope(json, run),
		counts: parseCounts(json.counts),
		...(json.warnings !== undefined && { warnings }),
	};
}

const filled = z.string().min(1, 'is empty');

const recordShape = z.object({
	recordId: z.union([z.number(), filled], { error: 'is not a text' }).transform(String),
	account: z.object({
		id: filled,
		name: z.string(),
		timezone: z.string().refine(isTimeZone, 'is not the name of a time zone, such as Australia/Sydney'),
		currency: z.string().regex(/^[A-Z]{3}$/, 'is not a currency of three capital letters, such as AUD'),
	}),
	fetchedAt: z
		.string()
		.transform((text) => utcInstant(text) ?? '')
		.refine((text) => text !== '', 'is not an instant, such as 2026-06-30T01:02:03Z'),
});

/** A record of which is known whose it is; what is wrong with it comes out where it is normalised. */
export function incomingRecord(
	json: Record<string, unknown>,
	item: number,
	envelope: Envelope,
): IncomingRecord {
	const raw = attempt(() => readRawRecord(json, envelope));
	return { kind: 'record', item, envelope, json, raw, preview: false };
}

function readRawRecord(json: Record<string, unknown>, { stream, syncRunId }: Envelope): RawRecord {
	const { recordId, account, fetchedAt } = shaped(recordShape, json, '');
	return { recordId, account, fetchedAt, stream, syncRunId, record: json.record };
}

/** The record's id where it can be told, to name it in a rejection. */
export function readRecordId({ recordId }: Record<string, unknown>): string {
	return typeof recordId === 'string' || typeof recordId === 'number' ? String(recordId) : '';
}
