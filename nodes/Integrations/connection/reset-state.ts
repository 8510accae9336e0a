import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { integrationById } from '../../../db/integrations';
import { resetStates } from '../../../db/stream-states';
import { chosenIntegration } from '../../shared/n8n/chosen';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';

interface Scope {
	accountId?: string;
	stream?: string;
}

/** Forgets how far a connection was read, or a stream or account of it: the next sync reads from the beginning. */
export async function resetConnectionState(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const { tenantId, tenantName, integrationId, provider } = await integrationById(
			pool,
			chosenIntegration(context, item),
		);
		const { accountId, stream } = context.getNodeParameter('scope', item, {}) as Scope;
		const reset = await resetStates(pool, { tenantId, integrationId, accountId, stream });
		return [{ tenantId, tenantName, integrationId, provider, reset }];
	});
}
