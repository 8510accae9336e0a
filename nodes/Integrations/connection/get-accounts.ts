import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { integrationById, type IntegrationSummary } from '../../../db/integrations/integrations';
import type { CheckedListing } from '../../engine/read/account-list';
import { readIntegrationId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { simplifyResults } from '../../adapter/simplify';
import { accountOverview } from './account-overview';
import { askProvider } from './live-accounts';
import { simplifyAccount } from './simplify';
import { nodeError } from '../../adapter/errors';
import { addHint } from '../../adapter/hints';

/** Lists the accounts of a connection: whether and how far each is read, and which others could be. */
export async function getAccounts(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const integration = await integrationById(pool, readIntegrationId(context, item));
		const { tenantId, tenantName, integrationId, provider } = integration;
		const isAsked = context.getNodeParameter('askProvider', item, true) as boolean;
		const live = isAsked ? await liveOrStored(context, pool, integration) : undefined;
		const accounts = await accountOverview(pool, integration, live);
		const raw = accounts.map((account) => ({ tenantId, tenantName, integrationId, provider, ...account }));
		return simplifyResults(context, item, raw, simplifyAccount);
	});
}

/** Asks the provider. If that fails, the stored accounts suffice, unless there are none. */
async function liveOrStored(
	context: IExecuteFunctions,
	pool: Pool,
	integration: IntegrationSummary,
): Promise<CheckedListing | undefined> {
	try {
		return await askProvider(context, pool, integration);
	} catch (error) {
		const stored = await accountOverview(pool, integration, undefined);
		if (stored.length === 0) throw nodeError(context.getNode(), error);
		const message = `Only stored accounts are listed, because the provider could not be asked. ${(error as Error).message}`;
		addHint(context, { message, type: 'warning' });
		return undefined;
	}
}
