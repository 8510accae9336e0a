import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { linkClient, unlinkClient, type LinkPlace } from '../../../db/clients/links';
import { readTenantId, textParameter } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';

/** Links an account, company or project to an existing client; its rows move to that client. */
export async function linkClients(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const client = context.getNodeParameter('clientKpiId', item, '', { extractValue: true }) as string;
		if (!client) throw new ExplainedError('No client is chosen.', 'Choose one in the field Client.');
		return [await linkClient(pool, readLinkPlace(context, item), client)];
	});
}

/** Removes a link; its rows move back to a separate client. */
export async function unlinkClients(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => [await unlinkClient(pool, readLinkPlace(context, item))]);
}

/** Accepts an external id with or without the provider's key as prefix, as in a client's `clientId`. */
function readLinkPlace(context: IExecuteFunctions, item: number): LinkPlace {
	const provider = context.getNodeParameter('provider', item) as string;
	const given = textParameter(context, 'externalId')(item);
	const externalId = given.startsWith(`${provider}:`) ? given.slice(provider.length + 1) : given;
	if (!externalId)
		throw new ExplainedError('There is no external ID.', 'Choose one in the field External ID.');
	return { tenantId: readTenantId(context, item), provider, externalId };
}
