import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { getPool, unverifiedTls } from '../../../db/postgres/pool';
import { migrate } from '../../../db/schema/migrate';
import { schemaStatus } from '../../../db/schema/status';
import { readDatabaseSettings, POSTGRES_CREDENTIAL } from '../../adapter/database';
import { addHint, showWarnings } from '../../adapter/hints';
import { pairItem } from '../../adapter/items';

/** Migrates the schema to this package's version over a separate connection: its lock must not go through a pooler. */
export async function migrateSchema(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const settings = readDatabaseSettings(await context.getCredentials(POSTGRES_CREDENTIAL));
	const outcome = await migrate(settings, { log: (line) => context.logger.info(line) });
	const { warnings, tenants } = await schemaStatus(getPool(settings));
	showWarnings(context, [...unverifiedTls(settings), ...warnings]);
	if (tenants === 0) addHint(context, { message: NO_TENANT, type: 'info' });
	return [pairItem(outcome, 0)];
}

const NO_TENANT =
	'The database has no tenant yet. Create one with Tenant: Create; in Zixly Setup, activate the node Create Tenant and enter a name.';
