import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { createIntegration } from '../../../db/integrations/integrations';
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
	let ignored = false;
	const output = await mapItems(context, async (item) => {
		const tenantId = readTenantId(context, item);
		const options = context.getNodeParameter('options', item, {}) as CreateOptions;
		const provider = context.getNodeParameter('provider', item) as string;
		const { metadata, accounts } = readSettings(provider, options);
		const created = await createIntegration(pool, {
			...{ tenantId, provider, metadata, accounts },
			authentication: readAuthentication(context, item),
		});
		ignored ||= !created.created && Object.keys(metadata).length + accounts.length > 0;
		return [created];
	});
	if (ignored) addHint(context, { message: IGNORED, type: 'warning' });
	return output;
}

/** @throws Error if an account id is not one of the provider's */
function readSettings(provider: string, { accountIds = '', accounts, ...texts }: CreateOptions) {
	const given = Object.entries(texts).filter(([, text]) => text);
	const file = provider === 'myob' && texts.businessId ? [texts.businessId] : [];
	return {
		metadata: Object.fromEntries([...given, ...(accounts === 'consent' ? [['accounts', accounts]] : [])]),
		accounts: accountsNamed(provider, [...parseIds(accountIds), ...file]),
	};
}

const IGNORED =
	'The connection already exists, and its settings were not changed. Change them with Connection: Update.';
