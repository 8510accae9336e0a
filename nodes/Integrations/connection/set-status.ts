import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { setIntegrationStatus } from '../../../db/integrations/integrations';
import { readIntegrationId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';

/** Stops syncing a connection; its data and its token stay. */
export async function disableConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return await setStatus(context, 'DISABLED');
}

/** Resumes syncing a connection with the next scheduled run. */
export async function enableConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return await setStatus(context, 'ACTIVE');
}

async function setStatus(
	context: IExecuteFunctions,
	status: 'ACTIVE' | 'DISABLED',
): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		return [await setIntegrationStatus(pool, { integrationId: readIntegrationId(context, item), status })];
	});
}
