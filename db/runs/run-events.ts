import type { PoolClient } from 'pg';

import { noteEvent, type EventName } from '../integrations/connect/events';
import { listRead } from '../integrations/accounts';

/** What a run's end did to its connection. */
export interface RunEffect {
	end: { syncRunId: string; error?: { class: string; message: string }; needsConsent?: string };
	owner: { tenantId: string; integrationId: string; provider: string };
	/** Whether it set the connection to ERROR. */
	isBroken: boolean;
	/** Whether all that was to be read is stored, and nothing remains that another run reads at once. */
	isComplete: boolean;
}

/** Notes the events that a run makes, in the transaction that closes it. */
export async function noteRunEvents(client: PoolClient, effect: RunEffect): Promise<void> {
	const { end, isBroken, isComplete } = effect;
	if (isBroken && end.error?.class === 'reconnect_required')
		await note(client, effect, 'failed', end.error.message);
	if (end.needsConsent && (await isNewNeed(client, effect)))
		await note(client, effect, 'needs_consent', end.needsConsent);
	if (isComplete && (await isFirstOfConsent(client, effect)))
		await note(client, effect, 'first_sync_complete');
}

async function note(
	client: PoolClient,
	{ owner }: RunEffect,
	event: EventName,
	reason: string | null = null,
): Promise<void> {
	await noteEvent(client, { ...owner, event, reason, accounts: await listRead(client, owner) });
}

/** Whether nobody was told since the last consent: a new consent may lack something else. */
async function isNewNeed(client: PoolClient, { owner }: RunEffect): Promise<boolean> {
	return !(await has(client, IS_TOLD, [owner.integrationId]));
}

/** Whether the run began after a consent of which no first sync has ended yet. */
async function isFirstOfConsent(client: PoolClient, { owner, end }: RunEffect): Promise<boolean> {
	return await has(client, IS_FIRST, [owner.integrationId, end.syncRunId]);
}

async function has(client: PoolClient, statement: string, values: unknown[]): Promise<boolean> {
	return (await client.query(statement, values)).rowCount !== 0;
}

const LAST_CONSENT = `select e.id, e.created_at from etl.connection_events e
	where e.integration_id = $1 and e.event in ('connected', 'reconnected')
	order by e.id desc limit 1`;

const IS_TOLD = `select from etl.connection_events e
	where e.integration_id = $1 and e.event = 'needs_consent'
		and e.id > coalesce((select id from (${LAST_CONSENT}) consent), 0)
	limit 1`;

const IS_FIRST = `select from (${LAST_CONSENT}) consent join etl.sync_runs r on r.id = $2
	where consent.created_at <= r.started_at and not exists (
		select from etl.connection_events e
		where e.integration_id = $1 and e.event = 'first_sync_complete' and e.id > consent.id
	)`;
