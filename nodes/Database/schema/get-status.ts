import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { getPool, unverifiedTls } from '../../../db/postgres/pool';
import { schemaStatus } from '../../../db/schema/status';
import { POSTGRES_CREDENTIAL, readDatabaseSettings } from '../../adapter/database';
import { showWarnings } from '../../adapter/hints';
import { pairItem } from '../../adapter/items';

/** Shows the schema's version, pending migrations, and what needs fixing. */
export async function getSchemaStatus(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const settings = readDatabaseSettings(await context.getCredentials(POSTGRES_CREDENTIAL));
	const status = await schemaStatus(getPool(settings));
	const warnings = [...unverifiedTls(settings), ...status.warnings];
	showWarnings(context, [...status.unfit, ...warnings]);
	return [pairItem({ ...status, warnings }, 0)];
}
