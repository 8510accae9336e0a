import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createTenant } from '../../../db/integrations/tenants';
import { getDatabase } from '../../adapter/database';
import { eachItem } from '../../adapter/each-item';

interface AdditionalFields {
	industry?: string;
	allowDuplicate?: boolean;
}

/** Creates a tenant an item; one of the same name is returned instead, so that a workflow run twice makes one. */
export async function createTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await eachItem(context, async (item) => {
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
