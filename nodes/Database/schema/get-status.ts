import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { schemaStatus } from '../../../db/schema/status';
import { getDatabase } from '../../adapter/database';
import { pairItem } from '../../adapter/items';

/** Shows the schema's version, pending migrations, and what needs fixing. */
export async function getSchemaStatus(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return [pairItem(await schemaStatus(await getDatabase(context)), 0)];
}
