import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createReader } from '../../../db/readers/logins';
import { chosenTenant } from '../../adapter/chosen';
import { getDatabase } from '../../adapter/database';
import { eachItem } from '../../adapter/each-item';

/** Makes a login for one tenant. Its password is in the item, and nowhere else: the panel says so. */
export async function createReaders(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await eachItem(context, async (item) => {
		const login = String(context.getNodeParameter('login', item, '')).trim();
		if (!login) throw new Error('The reader has no login. Fill in the field Login.');
		return [await createReader(pool, { tenantId: chosenTenant(context, item), login })];
	});
}
