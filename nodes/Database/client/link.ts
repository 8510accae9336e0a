import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { linkClient, unlinkClient, type LinkPlace } from '../../../db/clients/links';
import { chosenTenant } from '../../adapter/chosen';
import { getDatabase } from '../../adapter/database';
import { eachItem } from '../../adapter/each-item';

/** Says that an account, company or project is a client that exists already; its rows move there. */
export async function linkClients(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await eachItem(context, async (item) => {
		const client = context.getNodeParameter('clientKpiId', item, '', { extractValue: true }) as string;
		if (!client) throw new Error('No client is chosen. Pick one in the field Client.');
		return [await linkClient(pool, readLinkPlace(context, item), client)];
	});
}

/** Takes a link away; its rows move back to a client of their own. */
export async function unlinkClients(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await eachItem(context, async (item) => [await unlinkClient(pool, readLinkPlace(context, item))]);
}

/** With or without the provider's key before it, as in a client's `clientId`. */
function readLinkPlace(context: IExecuteFunctions, item: number): LinkPlace {
	const provider = context.getNodeParameter('provider', item) as string;
	const given = String(context.getNodeParameter('externalId', item, '')).trim();
	const externalId = given.startsWith(`${provider}:`) ? given.slice(provider.length + 1) : given;
	if (!externalId) throw new Error('No external ID is given. Fill in the field External ID.');
	return { tenantId: chosenTenant(context, item), provider, externalId };
}
