import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listClients } from '../../../db/clients/list';
import { readTenantId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';

/** Lists the clients of a tenant with their links. */
export async function getClients(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const tenantId = readTenantId(context, item);
		const search = (context.getNodeParameter('search', item, '') as string).trim();
		return await listClients(pool, { tenantId, search, limit: readMaxRows(context, item) });
	});
}
