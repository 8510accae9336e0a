import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listRuns } from '../../../db/runs/list';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';

interface Filters {
	integrationId?: string;
	status?: string;
	tenantId?: string;
}

/** Lists the latest runs, newest first, with their counts and outcome. */
export async function getRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const filters = context.getNodeParameter('filters', item, {}) as Filters;
		return await listRuns(pool, {
			integrationId: filters.integrationId || undefined,
			status: filters.status || undefined,
			tenantId: filters.tenantId || undefined,
			limit: readMaxRows(context, item),
		});
	});
}
