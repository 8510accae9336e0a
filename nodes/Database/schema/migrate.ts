import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { getPool, unverifiedTls } from '../../../db/postgres/pool';
import { migrate } from '../../../db/schema/migrate';
import { schemaStatus } from '../../../db/schema/status';
import { readDatabaseSettings, POSTGRES_CREDENTIAL } from '../../adapter/database';
import { showWarnings } from '../../adapter/hints';
import { pairItem } from '../../adapter/items';

/** Migrates the schema to this package's version over a separate connection: its lock must not go through a pooler. */
export async function migrateSchema(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const settings = readDatabaseSettings(await context.getCredentials(POSTGRES_CREDENTIAL));
	const outcome = await migrate(settings, { log: (line) => context.logger.info(line) });
	const { warnings } = await schemaStatus(getPool(settings));
	showWarnings(context, [...unverifiedTls(settings), ...warnings]);
	return [pairItem(outcome, 0)];
}
