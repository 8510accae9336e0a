import { createHash } from 'node:crypto';

import cuid from '@bugsnag/cuid';
import type { PoolClient } from 'pg';

import { getContent, orderChanges, type Change, type LoadChunk } from './chunk';
import { type LoadRejected, type LoadRejection } from './input';
import { isolate, type Statement } from './isolate-faults';
import { storable } from '../postgres/storable-text';
import { WITHOUT_ID } from '../runs/unreadable-records';
import { isPlainObject, isStorableJson, jsonText } from './column-values';

/** A record for `etl.rejected_records`. */
interface Rejection {
	stream: string;
	accountId: string;
	recordId: string;
	stage: string;
	reason: LoadRejection;
	/** JSON; null if the provider did not return the record. */
	payload: string | null;
}

/**
 * Stores every rejected record of the chunk with its reason: one open row per record and stage, whose attempts increase
 * with each run that rejects the record again.
 */
export async function saveRejections(
	client: PoolClient,
	chunk: LoadChunk,
	rejections: ReadonlyMap<number, LoadRejection>,
): Promise<void> {
	const all = [...chunk.rejected.map(toRejection), ...groupRejectedRows(orderChanges(chunk), rejections)];
	const latest = new Map(all.map((one) => [buildKey(one), one]));
	// Sorted, so that parallel loads cannot deadlock.
	const sorted = [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rejection]) => rejection);
	const unstorable: Rejection[] = [];
	await isolate(client, sorted, {
		statementFor: (part) => buildSave(chunk, part),
		trialOf: (rejection) => buildSave(chunk, [rejection]),
		rejected: (rejection) => unstorable.push({ ...rejection, payload: NOT_STORABLE }),
	});
	if (unstorable.length === 0) return;
	const { text, values } = buildSave(chunk, unstorable);
	await client.query(text, [...values]);
}

const NOT_STORABLE = JSON.stringify({
	note: 'The record itself could not be stored: it refers to itself, is nested too deeply, or is larger than 4 MB.',
});

/** In characters. Records are kept until they load, so a few hostile ones could otherwise fill the disk. */
const MAX_PAYLOAD = 4 * 1_048_576;

function toRejection(given: LoadRejected): Rejection {
	const text = jsonText(given.record ?? null) ?? NOT_STORABLE;
	return {
		stream: keepText(given.stream),
		accountId: keepText(given.accountId),
		recordId: identifyRecord(given.recordId, text),
		stage: given.stage,
		reason: given.reason,
		payload: given.stage === 'extract' ? null : text.length > MAX_PAYLOAD ? NOT_STORABLE : text,
	};
}

/** Messages may come from users' own nodes and contain anything; not every object can be converted to text. */
const keepText = (value: unknown): string =>
	limit(
		storable(
			typeof value === 'object' ? (value === null ? '' : (jsonText(value) ?? '')) : String(value ?? ''),
		),
	);

/** In characters. No provider's id or reason comes near. */
const MAX_TEXT = 2 * 1_048_576;

/** A longer text keeps its beginning and a digest: the same record is found again. */
const limit = (text: string): string =>
	text.length > MAX_TEXT ? `${storable(text.slice(0, 200))}… ${digest(text)}` : text;

const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A record without an id is identified by its content. */
function identifyRecord(given: unknown, payload: string): string {
	const id = keepText(given);
	return id || digest(payload);
}

/** The rejected rows, grouped by record; the reason is that of the first row. */
function groupRejectedRows(
	arrivals: readonly Change[],
	rejections: ReadonlyMap<number, LoadRejection>,
): Rejection[] {
	const records = new Map<string, { first: Change; reason: LoadRejection; rows: unknown[] }>();
	const unnamed: Rejection[] = [];
	for (const [index, reason] of rejections) {
		const row = arrivals[index]!;
		const content = getContent(row);
		const id = buildRecordKey(row);
		const record = records.get(id);
		if (!row.recordId) unnamed.push(loadRejection(row, reason, [content]));
		else if (record) record.rows.push(content);
		else records.set(id, { first: row, reason, rows: [content] });
	}
	return [
		...unnamed,
		...[...records.values()].map(({ first, reason, rows }) => loadRejection(first, reason, rows)),
	];
}

function loadRejection(row: Change, reason: LoadRejection, rows: unknown[]): Rejection {
	return toRejection({ ...row, stage: 'load', reason, record: { rows } });
}

const buildKey = (one: Rejection): string =>
	JSON.stringify([one.stream, one.accountId, one.recordId, one.stage]);

type RecordName = Pick<LoadRejected, 'stream' | 'accountId' | 'recordId'>;

const recordsWithoutRows = ({ states }: LoadChunk): RecordName[] =>
	states.flatMap(({ stream, accountId, withoutRows = [] }) =>
		withoutRows.map((recordId) => ({ stream, accountId, recordId })),
	);

const buildRecordKey = (one: RecordName): string => JSON.stringify([one.stream, one.accountId, one.recordId]);

const SAVE = `insert into etl.rejected_records as r (id, tenant_id, integration_id, sync_run_id, provider, stream,
	account_id, record_id, stage, reason_code, reason_path, reason_message, reason_detail, payload, ask_again_at)
select i.id, $1, $2, $3, $4, i.stream, i.account_id, i.record_id, i.stage, i.code, i.path, i.message,
	i.detail::jsonb, i.payload::json,
	case when i.stage = 'extract' and i.code <> $15 then now() + interval '1 hour' end
from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
	$13::text[], $14::text[]) with ordinality
	as i(id, stream, account_id, record_id, stage, code, path, message, detail, payload, ord)
order by i.ord
on conflict (tenant_id, md5(record_id), md5(account_id), md5(stream), md5(provider), stage)
	where resolved_at is null do update
set attempts = r.attempts + (r.sync_run_id is distinct from excluded.sync_run_id)::int,
	integration_id = excluded.integration_id, sync_run_id = excluded.sync_run_id, last_seen_at = now(),
	reason_code = excluded.reason_code, reason_path = excluded.reason_path,
	reason_message = excluded.reason_message, reason_detail = excluded.reason_detail, payload = excluded.payload,
	ask_again_at = case when r.stage = 'extract' and excluded.reason_code <> $15 then now() + case r.attempts
		when 1 then interval '6 hours' when 2 then interval '24 hours' else interval '7 days' end end
returning true as saved`;

const buildSave = (chunk: LoadChunk, part: readonly Rejection[]): Statement => ({
	text: SAVE,
	values: [
		chunk.tenantId,
		chunk.integrationId,
		chunk.syncRunId,
		chunk.provider,
		part.map(() => cuid()),
		part.map(({ stream }) => stream),
		part.map(({ accountId }) => accountId),
		part.map(({ recordId }) => recordId),
		part.map(({ stage }) => stage),
		part.map(({ reason }) => keepText(reason.code)),
		part.map(({ reason }) => keepText(reason.path)),
		part.map(({ reason }) => keepText(reason.message)),
		part.map(({ reason }) => detailText(reason.detail)),
		part.map(({ payload }) => payload),
		WITHOUT_ID,
	],
});

const MAX_DETAIL = 1_000;

/** Null for none, and for a detail that jsonb or its limit would not accept: the rejection is still stored. */
function detailText(detail: unknown): string | null {
	if (!isPlainObject(detail)) return null;
	const text = jsonText(detail);
	return text !== undefined && text.length <= MAX_DETAIL && isStorableJson(text) ? text : null;
}

const RESOLVE = `update etl.rejected_records r set resolved_at = now()
from unnest($3::text[], $4::text[], $5::text[]) as i(stream, account_id, record_id)
where r.tenant_id = $1 and r.resolved_at is null and r.provider = $2 and r.stream = i.stream
	and r.account_id = i.account_id and md5(r.record_id) = md5(i.record_id)
	and (r.stage <> 'load' or r.sync_run_id is distinct from $6)`;

/**
 * Resolves the open rejections of records whose rows are all stored now, or that no longer give a row. If a row of the
 * record was rejected in an earlier chunk of this run, the rejection stays open until a later run.
 */
export async function resolveRejections(
	client: PoolClient,
	chunk: LoadChunk,
	rejections: ReadonlyMap<number, LoadRejection>,
): Promise<void> {
	const arrivals = orderChanges(chunk);
	const empty = recordsWithoutRows(chunk);
	const isNone = arrivals.length === rejections.size && empty.length === 0;
	if (isNone || !(await hasOpenRejections(client, chunk.tenantId))) return;
	const bad = new Set(
		[...chunk.rejected, ...[...rejections.keys()].map((index) => arrivals[index]!)].map(buildRecordKey),
	);
	const good = new Map([...empty, ...arrivals].map((one) => [buildRecordKey(one), one]));
	const resolved = [...good].filter(([key]) => !bad.has(key)).map(([, row]) => row);
	await client.query(RESOLVE, [
		chunk.tenantId,
		chunk.provider,
		resolved.map(({ stream }) => keepText(stream)),
		resolved.map(({ accountId }) => keepText(accountId)),
		resolved.map(({ recordId }) => keepText(recordId)),
		chunk.syncRunId,
	]);
}

/** Usually there are none, and then thousands of ids need not be sent. */
async function hasOpenRejections(client: PoolClient, tenantId: string): Promise<boolean> {
	const { rows } = await client.query<{ open: boolean }>(
		'select exists (select from etl.rejected_records where tenant_id = $1 and resolved_at is null) as open',
		[tenantId],
	);
	return rows[0]?.open ?? false;
}

const SETTLE = `update etl.rejected_records r set resolved_at = now()
from unnest($3::text[], $4::text[], $5::text[]) as i(stream, account_id, record_id)
where r.tenant_id = $1 and r.stage = 'extract' and r.resolved_at is null and r.provider = $2
	and r.stream = i.stream and r.account_id = i.account_id and md5(r.record_id) = md5(i.record_id)`;

/** Resolves the rejections of records that the provider has now answered for, even if the answer gave no row. */
export async function settleUnreadable(
	client: PoolClient,
	{ tenantId, provider, states }: LoadChunk,
): Promise<void> {
	const settled = states.flatMap(({ settled: ids = [], ...of }) => ids.map((id) => ({ ...of, id })));
	if (settled.length === 0) return;
	await client.query(SETTLE, [
		tenantId,
		provider,
		settled.map(({ stream }) => keepText(stream)),
		settled.map(({ accountId }) => keepText(accountId)),
		settled.map(({ id }) => keepText(id)),
	]);
}
