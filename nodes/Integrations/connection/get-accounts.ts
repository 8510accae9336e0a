import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listAccounts } from '../../../db/accounts';
import { integrationById } from '../../../db/integrations';
import { chosenIntegration } from '../../shared/n8n/chosen';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';

/** Lists the accounts behind a connection, each with whether and how far it is read. */
export async function getAccounts(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const { tenantId, tenantName, integrationId, provider } = await integrationById(
			pool,
			chosenIntegration(context, item),
		);
		const accounts = await listAccounts(pool, { tenantId, integrationId });
		return accounts.map((account) => ({ tenantId, tenantName, integrationId, provider, ...account }));
	});
}
