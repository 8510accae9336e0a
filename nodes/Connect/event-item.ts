import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { ConnectionEvent } from '../../db/integrations/connect/events';

/** What other nodes get of an event. It is stored by n8n: it must hold no secret. */
export function buildEventItem(event: Omit<ConnectionEvent, 'actor'>): INodeExecutionData {
	const {
		eventId,
		event: name,
		tenantId,
		tenantName,
		integrationId,
		provider,
		accounts,
		reason,
		createdAt,
	} = event;
	const json: IDataObject = {
		event: name,
		...{ tenantId, tenantName, integrationId, provider },
		accounts: accounts.map(({ id, name: shown }) => ({ id, name: shown })),
		...{ reason, createdAt, eventId },
	};
	return { json };
}

/** What a test run in the editor gets, so that the nodes after it can be set up. It says that it is made up. */
export const buildSampleItem = (now: Date): INodeExecutionData =>
	buildEventItem({
		eventId: '0',
		event: 'connected',
		...{ tenantId: 'sample', tenantName: 'Sample Tenant', integrationId: null, provider: 'xero' },
		accounts: [{ id: '00000000-0000-4000-8000-000000000000', name: 'Sample Organisation' }],
		reason: 'This is a sample of a test run. Nothing was connected.',
		createdAt: now.toISOString(),
	});
