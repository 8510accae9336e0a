import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listIntegrations } from '../../../db/integrations/integrations';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';
import { readFilter } from '../../adapter/parameters';
import { simplifyResults } from '../../adapter/simplify';
import { simplifyConnection } from './simplify';

interface Filters {
	provider?: string;
	tenantId?: unknown;
}

/** Lists the connections of every tenant, each with its last run; never a token. */
export async function getConnections(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const { provider, tenantId } = context.getNodeParameter('filters', item, {}) as Filters;
		const connections = await listIntegrations(pool, {
			provider: provider || undefined,
			tenantId: readFilter(tenantId),
			limit: readMaxRows(context, item),
		});
		return simplifyResults(context, item, connections, simplifyConnection);
	});
}
