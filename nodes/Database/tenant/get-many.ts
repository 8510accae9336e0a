import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listTenants } from '../../../db/integrations/tenants';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';

/** Lists the tenants. */
export async function getTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const search = context.getNodeParameter('search', item, '') as string;
		return await listTenants(pool, { search: search || undefined, limit: readMaxRows(context, item) });
	});
}
