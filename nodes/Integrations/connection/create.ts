import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createIntegration } from '../../../db/integrations';
import { chosenTenant } from '../../shared/n8n/chosen';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';

interface CreateOptions {
	basis?: string;
	businessId?: string;
	timezone?: string;
}

/** Connects a tenant to a provider; a connection that is there already is returned as it is. */
export async function createConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	let ignored = false;
	const output = await eachItem(context, async (item) => {
		const tenantId = chosenTenant(context, item);
		const options = context.getNodeParameter('options', item, {}) as CreateOptions;
		const given = Object.fromEntries(Object.entries(options).filter(([, text]) => text));
		const authentication = context.getNodeParameter('authentication', item) as string;
		const created = await createIntegration(pool, {
			tenantId,
			provider: context.getNodeParameter('provider', item) as string,
			authentication: authentication === 'n8nCredential' ? 'n8n' : 'stored',
			metadata: given,
		});
		ignored ||= !created.created && Object.keys(given).length > 0;
		return [created];
	});
	if (ignored) context.addExecutionHints({ message: IGNORED, type: 'warning', location: 'outputPane' });
	return output;
}

const IGNORED =
	'The connection was there already, and its settings stay as they are. Connection: Update changes them.';
