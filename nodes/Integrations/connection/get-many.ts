import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listIntegrations } from '../../../db/integrations';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';
import { maxRowsOf } from '../../shared/n8n/limit';

interface Filters {
	provider?: string;
	tenantId?: string;
}

/** Lists the connections of every tenant, each with its last run; never a token. */
export async function getConnections(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const { provider, tenantId } = context.getNodeParameter('filters', item, {}) as Filters;
		return await listIntegrations(pool, {
			provider: provider || undefined,
			tenantId: tenantId || undefined,
			limit: maxRowsOf(context, item),
		});
	});
}
