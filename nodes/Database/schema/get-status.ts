import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { schemaStatus } from '../../../db/status';
import { databaseFor } from '../../shared/n8n/database';
import { paired } from '../../shared/n8n/items';

/** Says which version the schema has, what is pending, and what should be mended. */
export async function getSchemaStatus(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return [paired(await schemaStatus(await databaseFor(context)), 0)];
}
