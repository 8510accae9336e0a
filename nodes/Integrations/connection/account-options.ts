import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { getPool } from '../../../db/postgres/pool';
import { integrationById } from '../../../db/integrations/integrations';
import { readDatabaseSettings, POSTGRES_CREDENTIAL } from '../../adapter/database';
import { accountOverview, describeAccountStatus, type AccountOverview } from './account-overview';
import { askProvider } from './live-accounts';
import { nodeError } from '../../adapter/errors';

/** The accounts of the connection chosen in the field Connection. */
export async function getAccounts(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return (await loadOverview(this, false)).map(toOption);
}

/** The same plus those that its token reaches now, without accounts of other connections. */
export async function getAccountsToChoose(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const accounts = await loadOverview(this, true);
	return accounts.filter(({ status }) => status !== 'elsewhere').map(toOption);
}

async function loadOverview(context: ILoadOptionsFunctions, ask: boolean): Promise<AccountOverview[]> {
	const integrationId = context.getCurrentNodeParameter('integrationId', { extractValue: true }) as string;
	if (!integrationId)
		throw nodeError(
			context.getNode(),
			new ExplainedError('Choose a connection first.', 'This list shows its accounts.'),
		);
	const pool = getPool(readDatabaseSettings(await context.getCredentials(POSTGRES_CREDENTIAL)));
	const integration = await integrationById(pool, integrationId);
	const stored = await accountOverview(pool, integration, undefined);
	if (!ask) return stored;
	try {
		return await accountOverview(pool, integration, await askProvider(context, pool, integration));
	} catch (error) {
		// Disabling an account does not need the provider.
		if (stored.length === 0) throw nodeError(context.getNode(), error);
		return stored;
	}
}

const toOption = ({ accountId, name, status }: AccountOverview): INodePropertyOptions => ({
	name: `${name ?? accountId}${status === 'chosen' ? '' : ` (${describeAccountStatus(status)})`}`,
	value: accountId,
});
