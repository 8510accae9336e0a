import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { setIntegrationStatus } from '../../../db/integrations/integrations';
import { chosenIntegration } from '../../adapter/chosen';
import { getDatabase } from '../../adapter/database';
import { eachItem } from '../../adapter/each-item';

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
	return await eachItem(context, async (item) => {
		return [await setIntegrationStatus(pool, { integrationId: chosenIntegration(context, item), status })];
	});
}
