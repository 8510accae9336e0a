import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { schemaStatus } from '../../../db/schema/status';
import { getDatabase } from '../../adapter/database';
import { paired } from '../../adapter/items';

/** Says which version the schema has, what is pending, and what should be mended. */
export async function getSchemaStatus(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return [paired(await schemaStatus(await getDatabase(context)), 0)];
}
