import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createTenant } from '../../../db/integrations/tenants';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';

interface AdditionalFields {
	industry?: string;
	allowDuplicate?: boolean;
}

/** Creates one tenant per item. An existing tenant of the same name is returned, so that running twice creates one. */
export async function createTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const name = String(context.getNodeParameter('name', item, '')).trim();
		if (!name) throw new Error('The tenant has no name. Fill in the field Name.');
		const { industry, allowDuplicate } = context.getNodeParameter(
			'additionalFields',
			item,
			{},
		) as AdditionalFields;
		return [await createTenant(pool, { name, industry, reuse: !allowDuplicate })];
	});
}
