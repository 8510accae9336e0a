import { z } from 'zod/v4';

import type { RawRecord } from '../providers/normaliser';
import { isTimeZone, utcInstant } from '../shared/dates';
import { isMessage, type Envelope, type StateMessage } from '../shared/messages';
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

/** What the input items are to this node. */
export type Incoming =
	| IncomingRecord
	| { kind: 'state'; item: number; message: StateMessage }
	| { kind: 'other'; item: number };

/**
 * What came with a message; undefined where the item is none, but a user's own.
 * @throws Error for a RECORD without a tenant, which is nobody's
 */
export function incomingMessage(json: Record<string, unknown>, item: number): Incoming | undefined {
	if (!isMessage(json)) return undefined;
	if (json.type === 'RECORD') {
		if (typeof json.tenantId !== 'string' || json.tenantId === '') throw new Error(NO_TENANT);
		return incomingRecord(json, item, envelopeOf(json, json.tenantId));
	}
	if (isState(json)) return { kind: 'state', item, message: json };
	return { kind: 'other', item };
}

const NO_TENANT = 'The RECORD has no tenantId. Keep the fields that Zixly Extract gave it.';

function isState(json: Record<string, unknown>): json is Record<string, unknown> & StateMessage {
	return (
		json.type === 'STATE' &&
		typeof json.tenantId === 'string' &&
		typeof json.counts === 'object' &&
		json.counts !== null
	);
}

function envelopeOf(json: Record<string, unknown>, tenantId: string): Envelope {
	const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
	return {
		tenantId,
		integrationId: text(json.integrationId),
		syncRunId: text(json.syncRunId),
		provider: text(json.provider) ?? '',
		stream: text(json.stream) ?? '',
		accountId: text(json.accountId) ?? '',
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
	const raw = attempt(() => rawRecordOf(json, envelope));
	return { kind: 'record', item, envelope, json, raw, preview: json.preview === true };
}

function rawRecordOf(json: Record<string, unknown>, { stream, syncRunId }: Envelope): RawRecord {
	const { recordId, account, fetchedAt } = shaped(recordShape, json, '');
	return { recordId, account, fetchedAt, stream, syncRunId, record: json.record };
}

/** The record's id where it can be told, to name it in a rejection. */
export function recordIdIn({ recordId }: Record<string, unknown>): string {
	return typeof recordId === 'string' || typeof recordId === 'number' ? String(recordId) : '';
}
