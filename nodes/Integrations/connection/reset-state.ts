import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { integrationById } from '../../../db/integrations/integrations';
import { resetStates } from '../../../db/runs/stream-states';
import { readIntegrationId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';

interface Scope {
	accountId?: string;
	stream?: string;
}

/** Forgets how far a connection, or one stream or account of it, was read: the next sync starts from the beginning. */
export async function resetConnectionState(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const { tenantId, tenantName, integrationId, provider } = await integrationById(
			pool,
			readIntegrationId(context, item),
		);
		const { accountId, stream } = context.getNodeParameter('scope', item, {}) as Scope;
		const reset = await resetStates(pool, { tenantId, integrationId, accountId, stream });
		if (reset.length === 0) addHint(context, { message: NOTHING_RESET, type: 'info' });
		return [{ tenantId, tenantName, integrationId, provider, reset }];
	});
}

const NOTHING_RESET =
	'Nothing was reset: nothing has been read yet, or Scope names an account or a stream that was never read.';
