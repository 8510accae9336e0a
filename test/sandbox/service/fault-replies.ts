import { setTimeout as sleep } from 'node:timers/promises';

import type { Fault } from '../core/faults';
import {
	htmlReply,
	jsonReply,
	redirectReply,
	whole,
	type Delivery,
	type Manner,
	type Reply,
} from '../core/reply';
import type { FaultReply, FaultReplyContext } from './facts';

/** A provider's own words for faults; a kind that stands in none of both is one that all providers have. */
export interface OwnFaults {
	replies: Readonly<Record<string, FaultReply>>;
	rewritten?: Readonly<Record<string, (body: string) => string>>;
}

interface Context {
	now: Date;
	elsewhere: string;
}

/** Answers a request as the fault says; `produce` is the true answer, for the faults that spoil only the reply. */
export async function faultDelivery(
	fault: Fault,
	own: OwnFaults,
	produce: () => Promise<Reply>,
	context: Context,
): Promise<Delivery> {
	const waitHeaders = (usual: Fault['retryAfter']): Record<string, string> =>
		retryAfterHeader(fault.retryAfter === undefined ? (usual ?? null) : fault.retryAfter);
	const instead = (own.replies[fault.kind] ?? INSTEAD[fault.kind])?.(fault, { ...context, waitHeaders });
	if (instead) return whole(instead);
	const silent = SILENT[fault.kind];
	if (silent) return { reply: jsonReply(0, null), manner: silent };
	if (fault.kind === 'delay') await sleep(fault.delayMs ?? 1_000);
	return spoil(fault, own, await produce());
}

/** The faults that answer in the place of the true reply, in every provider's place. */
const INSTEAD: Readonly<Record<string, FaultReply>> = {
	status: ({ status = 500, body = '' }, { waitHeaders }) => ({ status, headers: waitHeaders(null), body }),
	tooManyRequests: (_fault, { waitHeaders }) => ({ status: 429, headers: waitHeaders(1), body: '' }),
	html: () => htmlReply(200, '<!doctype html><title>Sandbox</title><h1>We will be right back</h1>'),
	empty: () => ({ status: 200, headers: {}, body: '' }),
	redirect: ({ location }, { elsewhere }: FaultReplyContext) => redirectReply(location ?? elsewhere),
	invalidGrant: () => jsonReply(400, { error: 'invalid_grant' }),
	invalidClient: () => jsonReply(400, { error: 'invalid_client' }),
};

/** No reply at all. */
const SILENT: Readonly<Record<string, Manner>> = { hang: 'hang', reset: 'reset' };

const MANNERS: Readonly<Record<string, Manner>> = {
	cutConnection: 'cut',
	lostReply: 'reset',
	slowDrip: 'drip',
	bomb: 'bomb',
};

const REWRITTEN: Readonly<Record<string, (body: string) => string>> = {
	truncatedJson: (body) => body.slice(0, body.length / 2),
};

/** The lists of replies, whoever's they are. */
const LISTS = ['results', 'data', 'Items', 'errors'];

/** A list of the reply with each entry changed that is the record; none where the change gives none. */
function withoutRecord(body: string, record: string, instead: null[]): string {
	const json = JSON.parse(body) as Record<string, unknown>;
	for (const name of LISTS) {
		const list = json[name];
		if (!Array.isArray(list)) continue;
		json[name] = list.flatMap((entry) => (idsOf(entry).includes(record) ? instead : [entry as unknown]));
	}
	return JSON.stringify(json);
}

function idsOf(entry: unknown): string[] {
	const { id, gid, UID, Id, tenantId, from, Account, context } = (entry ?? {}) as Record<string, unknown>;
	const inner = [(from as { id?: unknown } | undefined)?.id, (Account as { UID?: unknown } | undefined)?.UID];
	const { fromObjectId = [] } = (context ?? {}) as { fromObjectId?: unknown[] };
	return [id, gid, UID, Id, tenantId, ...inner, ...fromObjectId].map(String);
}

/** A reply, itself a list or with one in it, in which the entry became what the fault says. */
function withOddEntry(body: string, { id, becomes }: NonNullable<Fault['entry']>): string {
	const change = (list: unknown): unknown =>
		Array.isArray(list)
			? list.map((entry: unknown) =>
					idsOf(entry).includes(id) ? becomes(entry as Record<string, unknown>) : entry,
				)
			: list;
	const json: unknown = JSON.parse(body);
	if (Array.isArray(json)) return JSON.stringify(change(json));
	const reply = json as Record<string, unknown>;
	for (const name of LISTS) if (name in reply) reply[name] = change(reply[name]);
	return JSON.stringify(reply);
}

const PER_RECORD: Readonly<Record<string, (body: string, record: string) => string>> = {
	leftOut: (body, record) => withoutRecord(body, record, []),
	hole: (body, record) => withoutRecord(body, record, [null]),
};

function spoil({ entry, ...fault }: Fault, own: OwnFaults, reply: Reply): Delivery {
	const { kind, delayMs, megabytes, record = '' } = fault;
	if (entry) return whole({ ...reply, body: withOddEntry(reply.body, entry) });
	const rewrite = own.rewritten?.[kind] ?? REWRITTEN[kind];
	const body = PER_RECORD[kind]?.(reply.body, record) ?? rewrite?.(reply.body) ?? reply.body;
	return { reply: { ...reply, body }, manner: MANNERS[kind] ?? 'whole', dripMs: delayMs, megabytes };
}

/** A date is told by the machine's clock, as the reply's own `Date` is: clients compare the two. */
function retryAfterHeader(retryAfter: number | 'date' | null): Record<string, string> {
	if (retryAfter === null) return {};
	if (retryAfter !== 'date') return { 'retry-after': String(retryAfter) };
	return { 'retry-after': new Date(Date.now() + 2_000).toUTCString() };
}
