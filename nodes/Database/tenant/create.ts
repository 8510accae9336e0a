import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { createTenant, listTenants } from '../../../db/tenants';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';

interface AdditionalFields {
	industry?: string;
	allowDuplicate?: boolean;
}

/** Creates a tenant an item; one of the same name is returned instead, so that a workflow run twice makes one. */
export async function createTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const name = String(context.getNodeParameter('name', item, '')).trim();
		if (!name) throw new Error('The tenant has no name. Fill in the field Name.');
		const { industry, allowDuplicate } = context.getNodeParameter(
			'additionalFields',
			item,
			{},
		) as AdditionalFields;
		const existing = allowDuplicate ? undefined : await tenantNamed(pool, name);
		if (existing) return [{ ...existing, created: false }];
		return [{ ...(await createTenant(pool, { name, industry: industry || undefined })), created: true }];
	});
}

async function tenantNamed(pool: Pool, name: string) {
	const found = await listTenants(pool, { search: name });
	return found.find((tenant) => tenant.name.toLowerCase() === name.toLowerCase());
}
