import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listTenants } from '../../../db/tenants';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';
import { maxRowsOf } from '../../shared/n8n/limit';

/** Lists the tenants with their ids. */
export async function getTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const search = context.getNodeParameter('search', item, '') as string;
		return await listTenants(pool, { search: search || undefined, limit: maxRowsOf(context, item) });
	});
}
