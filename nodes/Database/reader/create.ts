import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createReader } from '../../../db/readers';
import { chosenTenant } from '../../shared/n8n/chosen';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';

/** Makes a login for one tenant. Its password is in the item, and nowhere else: the panel says so. */
export async function createReaders(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const login = String(context.getNodeParameter('login', item, '')).trim();
		if (!login) throw new Error('The reader has no login. Fill in the field Login.');
		return [await createReader(pool, { tenantId: chosenTenant(context, item), login })];
	});
}
