import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { listAccounts } from '../../db/integrations/accounts';
import { listIntegrations } from '../../db/integrations/integrations';
import { ExplainedError } from '../../db/postgres/explained-error';
import { fillList } from '../adapter/fill-list';
import { getProviderName } from '../providers/registry';

/** The accounts that the tenant's connection to the provider chosen in the node has or had, by name or ID. */
export async function searchAccounts(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const provider = this.getCurrentNodeParameter('provider') as string;
	const tenantId = this.getCurrentNodeParameter('tenantId', { extractValue: true }) as string;
	return await fillList(this, filter, explainNone(provider), async (pool) => {
		if (!tenantId)
			throw new ExplainedError('Choose a tenant first, or enter the ID.', 'This list shows its accounts.');
		const integrations = await listIntegrations(pool, { tenantId, provider });
		const accounts = await Promise.all(integrations.map(async (one) => await listAccounts(pool, one)));
		return accounts
			.flat()
			.map(({ accountId, name }) => ({ name: name ? `${name} (${accountId})` : accountId, value: accountId }))
			.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	});
}

const explainNone = (provider: string): string =>
	`No account of this tenant at ${getProviderName(provider)} is known. Enter the ID.`;
