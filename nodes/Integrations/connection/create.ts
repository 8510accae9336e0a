import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createIntegration } from '../../../db/integrations';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';

interface CreateOptions {
	basis?: string;
	timezone?: string;
}

/** Connects a tenant to a provider; a connection that is there already is returned as it is. */
export async function createConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const tenantId = context.getNodeParameter('tenantId', item, '', { extractValue: true }) as string;
		if (!tenantId)
			throw new Error('No tenant is chosen. Pick one in the field Tenant, or create it with Zixly Database.');
		const { basis, timezone } = context.getNodeParameter('options', item, {}) as CreateOptions;
		const authentication = context.getNodeParameter('authentication', item) as string;
		const created = await createIntegration(pool, {
			tenantId,
			provider: context.getNodeParameter('provider', item) as string,
			authentication: authentication === 'n8nCredential' ? 'n8n' : 'stored',
			metadata: { ...(basis && { basis }), ...(timezone && { timezone }) },
		});
		return [created];
	});
}
