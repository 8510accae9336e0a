import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { poolFor } from '../../../db/connection';
import { integrationById } from '../../../db/integrations';
import { databaseSettingsOf, POSTGRES_CREDENTIAL } from '../../shared/n8n/database';
import { accountOverview, type AccountOverview, type AccountStatus } from './account-overview';
import { askProvider } from './live-accounts';
import { nodeError } from '../../shared/n8n/errors';

/** The accounts that the connection which the field Integration names has. */
export async function getAccounts(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return (await overviewFor(this, false)).map(optionOf);
}

/** The same, and those that its token reaches, as the provider says now; without another connection's. */
export async function getAccountsToChoose(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const accounts = await overviewFor(this, true);
	return accounts.filter(({ status }) => status !== 'elsewhere').map(optionOf);
}

async function overviewFor(context: ILoadOptionsFunctions, ask: boolean): Promise<AccountOverview[]> {
	const integrationId = context.getCurrentNodeParameter('integrationId', { extractValue: true }) as string;
	if (!integrationId) return [];
	const pool = poolFor(databaseSettingsOf(await context.getCredentials(POSTGRES_CREDENTIAL)));
	const integration = await integrationById(pool, integrationId);
	const stored = await accountOverview(pool, integration, undefined);
	if (!ask) return stored;
	try {
		return await accountOverview(pool, integration, await askProvider(context, pool, integration));
	} catch (error) {
		// A person who only switches an account off needs no provider for it.
		if (stored.length === 0) throw nodeError(context.getNode(), error);
		return stored;
	}
}

const WORDS: Readonly<Record<AccountStatus, string>> = {
	chosen: '',
	off: ' (switched off)',
	released: ' (given up)',
	available: ' (not chosen)',
	elsewhere: ' (another connection’s)',
};

const optionOf = ({ accountId, name, status }: AccountOverview): INodePropertyOptions => ({
	name: `${name ?? accountId}${WORDS[status]}`,
	value: accountId,
});
