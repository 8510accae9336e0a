import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { migrate } from '../../../db/migrate';
import { databaseSettingsOf, POSTGRES_CREDENTIAL } from '../../shared/n8n/database';
import { paired } from '../../shared/n8n/items';

/** Brings the schema to this package's version, over a connection of its own: its lock must not go through a pooler. */
export async function migrateSchema(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const settings = databaseSettingsOf(await context.getCredentials(POSTGRES_CREDENTIAL));
	const outcome = await migrate(settings, { log: (line) => context.logger.info(line) });
	return [paired(outcome, 0)];
}
