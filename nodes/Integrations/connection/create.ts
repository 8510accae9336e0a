import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createIntegration } from '../../../db/integrations/integrations';
import { getProvider } from '../../providers/registry';
import { readAuthentication } from '../../adapter/authentication';
import { readTenantId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { addHint } from '../../adapter/hints';
import { accountsNamed, parseIds } from './account-ids';

interface CreateOptions {
	accountIds?: string;
	accounts?: string;
	basis?: string;
	businessId?: string;
	timezone?: string;
}

/** Connects a tenant to a provider; an existing connection is returned unchanged. */
export async function createConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const hints = new Set<string>();
	const output = await mapItems(context, async (item) => {
		const tenantId = readTenantId(context, item);
		const options = context.getNodeParameter('options', item, {}) as CreateOptions;
		const provider = context.getNodeParameter('provider', item) as string;
		const { metadata, accounts } = readConnectionSettings(provider, options);
		const created = await createIntegration(pool, {
			...{ tenantId, provider, metadata, accounts },
			authentication: readAuthentication(context, item),
		});
		const hasSettings = Object.keys(metadata).length + accounts.length > 0;
		if (!created.created) hints.add(explainExisting(provider, hasSettings));
		return [created];
	});
	for (const message of hints) addHint(context, { message, type: 'warning' });
	return output;
}

/** @throws Error if an account id is not one of the provider's */
function readConnectionSettings(provider: string, { accountIds = '', accounts, ...texts }: CreateOptions) {
	const given = Object.entries(texts).filter(([, text]) => text);
	const file = provider === 'myob' && texts.businessId ? [texts.businessId] : [];
	return {
		metadata: Object.fromEntries([...given, ...(accounts === 'consent' ? [['accounts', accounts]] : [])]),
		accounts: accountsNamed(provider, [...parseIds(accountIds), ...file]),
	};
}

function explainExisting(provider: string, hasSettings: boolean): string {
	const { displayName, accountWord } = getProvider(provider);
	const settings = hasSettings ? ' Its settings were not changed: use Connection: Update.' : '';
	return `The tenant already had a connection to ${displayName}, which was returned unchanged.${settings} A tenant has one connection per provider. For another ${accountWord} that needs a consent of its own, create another tenant.`;
}
