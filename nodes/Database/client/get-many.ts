import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listClients } from '../../../db/clients';
import { chosenTenant } from '../../shared/n8n/chosen';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';
import { maxRowsOf } from '../../shared/n8n/limit';

/** Lists the clients of a tenant with what is linked to them. */
export async function getClients(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const tenantId = chosenTenant(context, item);
		const search = (context.getNodeParameter('search', item, '') as string).trim();
		return await listClients(pool, { tenantId, search, limit: maxRowsOf(context, item) });
	});
}
