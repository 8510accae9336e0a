import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { setIntegrationStatus } from '../../../db/integrations/integrations';
import { readIntegrationId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';
import { simplifyResults } from '../../adapter/simplify';
import { simplifyConnection } from './simplify';

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
		const integrationId = readIntegrationId(context, item);
		const changed = await setIntegrationStatus(pool, { integrationId, status });
		if (status === 'ACTIVE' && changed.status === 'PENDING')
			addHint(context, { message: STAYS_PENDING, type: 'info' });
		return simplifyResults(context, item, [changed], simplifyConnection);
	});
}

const STAYS_PENDING =
	'The connection stays PENDING: no token is stored for it yet. It becomes ACTIVE once the tenant has connected.';
