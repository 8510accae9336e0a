import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { createReader } from '../../../db/readers/logins';
import { readTenantId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';

/** Creates a login for one tenant. The output item is the only place that has its password. */
export async function createReaders(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const login = String(context.getNodeParameter('login', item, '')).trim();
		if (!login) throw new ExplainedError('There is no login for the reader.', 'Fill in the field Login.');
		return [await createReader(pool, { tenantId: readTenantId(context, item), login })];
	});
}
