import type { Pool, PoolClient } from 'pg';

import { withIsoInstants } from '../../postgres/rows';
import { storable } from '../../postgres/storable-text';
import { asWorker } from '../../postgres/transaction';
import type { AccountEntry } from '../accounts';

/** The events that the node Zixly Connect emits. */
type EmittedEvent =
	| 'connected'
	| 'reconnected'
	| 'disconnected'
	| 'failed'
	| 'needs_consent'
	| 'first_sync_complete';

/** What a timeline shows: also what nobody else needs to hear of. */
export type EventName =
	| EmittedEvent
	| 'linked'
	| 'other_browser'
	| 'consented'
	| 'awaiting_approval'
	| 'enabled'
	| 'disabled';

/** An event to note. */
export interface NewEvent {
	tenantId: string;
	integrationId: string | null;
	provider: string;
	event: EventName;
	accounts?: readonly AccountEntry[];
	/** Why, in words. No secret. */
	reason?: string | null;
	/** Who, if known. */
	actor?: string | null;
}

/** An event of a connection. `createdAt` is ISO 8601 in UTC. */
export interface ConnectionEvent {
	eventId: string;
	event: EventName;
	tenantId: string;
	tenantName: string;
	integrationId: string | null;
	provider: string;
	accounts: AccountEntry[];
	reason: string | null;
	actor: string | null;
	createdAt: string;
}

export interface EventFilter {
	tenantId?: string;
	provider?: string;
	integrationId?: string;
	limit?: number;
}

const MAX_ACCOUNTS = 100;
const MAX_TEXT_LENGTH = 500;
const DEFAULT_LIMIT = 100;

/** Notes an event in the transaction that makes it, as `zixly_app` or `zixly_tokens` of the tenant. */
export async function noteEvent(client: PoolClient, event: NewEvent): Promise<void> {
	const { tenantId, integrationId, provider, accounts = [], reason, actor } = event;
	await client.query(NOTE, [
		...[tenantId, integrationId, provider, event.event],
		JSON.stringify(accounts.slice(0, MAX_ACCOUNTS).map(({ id, name }) => ({ id, name }))),
		...[cut(reason), cut(actor)],
	]);
}

const NOTE = `insert into etl.connection_events (tenant_id, integration_id, provider, event, accounts, reason, actor)
	values ($1, $2, $3, $4, $5, $6, $7)`;

// By characters, not code units: half a pair could not be stored.
const cut = (text: string | null | undefined): string | null =>
	text ? [...storable(text)].slice(0, MAX_TEXT_LENGTH).join('') : null;

/**
 * Hands the oldest events that nobody has emitted to `emit`, one after the other, and marks them as emitted in the same
 * transaction. At least once: if `emit` fails or the process ends, they are taken again. Several processes may call it.
 * @returns the number of events
 */
export async function takeEvents(
	pool: Pool,
	limit: number,
	emit: (event: ConnectionEvent) => Promise<void> | void,
): Promise<number> {
	return await asWorker(pool, async (client) => {
		const { rows } = await client.query<ConnectionEvent>(
			`select ${EVENT} from etl.take_connection_events($1)`,
			[limit],
		);
		for (const row of rows) await emit(withIsoInstants(row));
		return rows.length;
	});
}

/** The timeline: the latest events of connections, newest first. */
export async function listEvents(pool: Pool, filter: EventFilter = {}): Promise<ConnectionEvent[]> {
	const { tenantId = null, provider = null, integrationId = null, limit = DEFAULT_LIMIT } = filter;
	const { rows } = await asWorker(pool, (client) =>
		client.query<ConnectionEvent>(`select ${EVENT} from etl.list_connection_events($1, $2, $3, $4)`, [
			tenantId,
			provider,
			integrationId,
			limit,
		]),
	);
	return rows.map(withIsoInstants);
}

const EVENT = `event_id::text as "eventId", event, tenant_id as "tenantId", tenant_name as "tenantName",
	integration_id as "integrationId", provider, accounts, reason, actor, created_at as "createdAt"`;
