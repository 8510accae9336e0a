import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { updateTenant, type TenantChanges } from '../../../db/integrations/tenants';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readTenantId } from '../../adapter/parameters';

/** Changes the name or industry of the tenant of each item. A field that was not added changes nothing. */
export async function updateTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const tenantId = readTenantId(context, item);
		const changes = context.getNodeParameter('updateFields', item, {}) as TenantChanges;
		if (changes.name === undefined && changes.industry === undefined)
			throw new ExplainedError('Nothing was chosen to change.', 'Add Name or Industry under Update Fields.');
		return [await updateTenant(pool, tenantId, changes)];
	});
}
