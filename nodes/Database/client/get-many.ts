import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listClients } from '../../../db/clients/list';
import { chosenTenant } from '../../adapter/chosen';
import { getDatabase } from '../../adapter/database';
import { eachItem } from '../../adapter/each-item';
import { readMaxRows } from '../../adapter/limit';

/** Lists the clients of a tenant with their links. */
export async function getClients(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await eachItem(context, async (item) => {
		const tenantId = chosenTenant(context, item);
		const search = (context.getNodeParameter('search', item, '') as string).trim();
		return await listClients(pool, { tenantId, search, limit: readMaxRows(context, item) });
	});
}
