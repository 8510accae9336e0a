import { z } from 'zod/v4';

import { parseCounts } from '../../db/load/counts';
import type { NamedRun } from '../../db/runs/take';
import type { RawRecord } from '../providers/provider';
import { isTimeZone, utcInstant } from '../shared/dates';
import type { Envelope, StateMessage } from '../shared/messages';
import { catchRejection, type Rejection } from '../shared/rejection';
import { parseAs } from '../shared/shape';
import { asText } from '../shared/text';

/** A raw record that came in. */
export interface IncomingRecord {
	kind: 'record';
	item: number;
	envelope: Envelope;
	json: Record<string, unknown>;
	/** The record as normalisers take it, or why it is invalid. */
	raw: RawRecord | Rejection;
	/** An empty row of a file: counted, but yields nothing. */
	skipped?: true;
	/** From a preview: its output is marked as well and not stored. */
	preview: boolean;
}

/** Records of plain items, and the STATEs that end files. */
export type OwnIncoming = IncomingRecord | { kind: 'state'; item: number; message: StateMessage };

/** An input item, classified. */
export type Incoming =
	| IncomingRecord
	| { kind: 'state'; item: number; message: StateMessage }
	| { kind: 'other'; item: number };

/** Classifies a message; the tenant and connection are taken from its run. */
export function incomingMessage(json: Record<string, unknown>, item: number, run: NamedRun): Incoming {
	if (json.type === 'RECORD') return incomingRecord(json, item, readEnvelope(json, run));
	if (json.type === 'STATE') return { kind: 'state', item, message: readState(json, run) };
	return { kind: 'other', item };
}

/** Classifies a message of a preview, which has no run. */
export function incomingPreview(json: Record<string, unknown>, item: number): Incoming {
	if (json.type !== 'RECORD') return { kind: 'other', item };
	const tenantId = asText(json.tenantId);
	const integrationId = asText(json.integrationId);
	const about = { tenantId, integrationId, syncRunId: null, provider: asText(json.provider) };
	return { ...incomingRecord(json, item, readEnvelope(json, about)), preview: true };
}

function readEnvelope(
	json: Record<string, unknown>,
	{ tenantId, integrationId, syncRunId, provider }: Omit<Envelope, 'stream' | 'accountId'>,
): Envelope {
	const [stream, accountId] = [asText(json.stream), asText(json.accountId)];
	return { tenantId, integrationId, syncRunId, provider, stream, accountId };
}

/** Parses a STATE; invalid values are ignored. */
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

const recordSchema = z.object({
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

/** Builds a record whose tenant is known. If it is invalid, normalising rejects it. */
export function incomingRecord(
	json: Record<string, unknown>,
	item: number,
	envelope: Envelope,
): IncomingRecord {
	const raw = catchRejection(() => readRawRecord(json, envelope));
	return { kind: 'record', item, envelope, json, raw, preview: false };
}

function readRawRecord(json: Record<string, unknown>, { stream, syncRunId }: Envelope): RawRecord {
	const { recordId, account, fetchedAt } = parseAs(recordSchema, json, '');
	return { recordId, account, fetchedAt, stream, syncRunId, record: json.record };
}

/** The record's id for a rejection; empty if it has none. */
export function readRecordId({ recordId }: Record<string, unknown>): string {
	return typeof recordId === 'string' || typeof recordId === 'number' ? String(recordId) : '';
}
