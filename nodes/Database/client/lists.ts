import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { listExternalIds, type ExternalId } from '../../../db/clients/list';
import { ExplainedError } from '../../../db/postgres/explained-error';
import { fillList, MAX_SHOWN } from '../../adapter/fill-list';
import { getProviderName } from '../../providers/registry';

/** The external IDs of the provider and the tenant chosen in the node; to unlink, only linked ones. */
export async function searchExternalIds(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const tenantId = this.getCurrentNodeParameter('tenantId', { extractValue: true }) as string;
	const provider = this.getCurrentNodeParameter('provider') as string;
	const onlyLinked = this.getCurrentNodeParameter('operation') === 'unlink';
	return await fillList(this, filter, explainNone(provider, onlyLinked), async (pool) => {
		if (!tenantId)
			throw new ExplainedError('Choose a tenant first.', 'This list shows what its clients have.');
		const limit = MAX_SHOWN;
		const found = await listExternalIds(pool, { tenantId, provider, search: filter, onlyLinked, limit });
		return found.map((one) => ({ name: nameExternalId(one), value: one.externalId }));
	});
}

const nameExternalId = ({ externalId, clientName, linked }: ExternalId): string =>
	linked ? `${externalId}, linked to ${clientName}` : `${clientName} (${externalId})`;

const explainNone = (provider: string, onlyLinked: boolean): string =>
	onlyLinked
		? `Nothing of ${getProviderName(provider)} is linked to a client of this tenant.`
		: `This tenant has no clients from ${getProviderName(provider)} yet. They are created by its first sync.`;
