import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listEvents, type ConnectionEvent, type EventName } from '../../../db/integrations/connect/events';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';
import { readFilter } from '../../adapter/parameters';
import { simplifyResults } from '../../adapter/simplify';
import { getProviderName } from '../../providers/registry';
import { formatInstant } from '../words';

interface Filters {
	integrationId?: unknown;
	provider?: string;
	tenantId?: unknown;
}

/** Lists what happened to connections, newest first. */
export async function getTimeline(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const { integrationId, provider, tenantId } = context.getNodeParameter('filters', item, {}) as Filters;
		const events = await listEvents(pool, {
			integrationId: readFilter(integrationId),
			provider: provider || undefined,
			tenantId: readFilter(tenantId),
			limit: readMaxRows(context, item),
		});
		return simplifyResults(context, item, events, simplifyEvent);
	});
}

const WORDS: Readonly<Record<EventName, string>> = {
	linked: 'Link created',
	other_browser: 'Another browser tried the link',
	consented: 'Consent given, not confirmed yet',
	awaiting_approval: 'Waits for your approval',
	connected: 'Connected',
	reconnected: 'Connected again',
	disconnected: 'Disconnected',
	failed: 'Needs to be connected again',
	needs_consent: 'A permission is missing',
	first_sync_complete: 'First sync complete',
	enabled: 'Enabled',
	disabled: 'Disabled',
};

function simplifyEvent(event: ConnectionEvent): object {
	return {
		time: formatInstant(event.createdAt),
		event: WORDS[event.event],
		tenant: event.tenantName,
		provider: getProviderName(event.provider),
		accounts: event.accounts.map(({ id, name }) => name ?? id).join(', ') || null,
		reason: event.reason,
		by: event.actor,
		connectionId: event.integrationId,
	};
}
