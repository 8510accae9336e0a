import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listRuns } from '../../../db/sync-runs';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';
import { maxRowsOf } from '../../shared/n8n/limit';

interface Filters {
	integrationId?: string;
	status?: string;
	tenantId?: string;
}

/** Lists the latest runs, newest first, with their counts and outcome. */
export async function getRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const filters = context.getNodeParameter('filters', item, {}) as Filters;
		return await listRuns(pool, {
			integrationId: filters.integrationId || undefined,
			status: filters.status || undefined,
			tenantId: filters.tenantId || undefined,
			limit: maxRowsOf(context, item),
		});
	});
}
