import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createReader } from '../../../db/readers/logins';
import { chosenTenant } from '../../adapter/chosen';
import { getDatabase } from '../../adapter/database';
import { eachItem } from '../../adapter/each-item';

/** Creates a login for one tenant. The output item is the only place that has its password. */
export async function createReaders(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await eachItem(context, async (item) => {
		const login = String(context.getNodeParameter('login', item, '')).trim();
		if (!login) throw new Error('There is no login for the reader. Fill in the field Login.');
		return [await createReader(pool, { tenantId: chosenTenant(context, item), login })];
	});
}
