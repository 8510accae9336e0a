import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import {
	createLinks,
	findTenantToConnect,
	listTenantsToConnect,
	type Invitation,
} from '../../../db/integrations/connect/invitations';
import type { LinkPurpose, NewLink } from '../../../db/integrations/connect/links';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readTenantId } from '../../adapter/parameters';
import { readWebhookBase } from '../../adapter/webhook-address';
import { getProvider } from '../../providers/registry';
import { readPurpose } from '../../shared/link-purpose';
import { buildLinkUrl, readStartPage } from '../../shared/link-url';
import { formatInstant } from '../words';

interface LinkOptions {
	replacesAccount?: boolean;
	validHours?: number;
}

const DEFAULT_HOURS = 72;

/** Creates links with which tenants connect themselves. A link is a secret of its tenant. */
export async function createConnectLink(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const link = readLink(context, item);
		// First, so that nothing is created where the address is wrong.
		const baseUrl = (context.getNodeParameter('baseUrl', item, '') as string).trim();
		const startPage = readStartPage(baseUrl || readWebhookBase(context, item));
		const results: object[] = [];
		for await (const invitation of createLinks(pool, link, await chooseTenants(context, pool, item, link)))
			results.push(describeLink(invitation, link, startPage));
		return results;
	});
}

type LinkOfAny = Omit<NewLink, 'tenantId'>;

function readLink(context: IExecuteFunctions, item: number): LinkOfAny {
	const { replacesAccount = false, validHours } = context.getNodeParameter(
		'options',
		item,
		{},
	) as LinkOptions;
	const forAll = context.getNodeParameter('allTenants', item, false) === true;
	return {
		provider: getProvider(context.getNodeParameter('provider', item) as string).key,
		purpose: forAll ? 'connect' : readPurpose(context.getNodeParameter('purpose', item, 'connect') as string),
		lifetimeMinutes: Math.round(Number(validHours ?? DEFAULT_HOURS) * 60),
		replacesAccount,
	};
}

async function chooseTenants(context: IExecuteFunctions, pool: Pool, item: number, { provider }: LinkOfAny) {
	if (context.getNodeParameter('allTenants', item, false) === true)
		return await listTenantsToConnect(pool, provider);
	return [await findTenantToConnect(pool, readTenantId(context, item))];
}

function describeLink(invitation: Invitation, { provider, purpose }: LinkOfAny, startPage: string): object {
	const { tenantId, tenantName, linkId, token, expiresAt } = invitation;
	const { displayName } = getProvider(provider);
	return {
		tenant: tenantName,
		provider: displayName,
		purpose,
		url: buildLinkUrl(startPage, token),
		expiresAt,
		message: `Send this link to ${tenantName} alone: whoever opens it first can ${WORDS[purpose](displayName)}. It is valid until ${formatInstant(expiresAt)}, in the browser that first continues with it.`,
		...{ tenantId, linkId },
	};
}

const WORDS: Record<LinkPurpose, (provider: string) => string> = {
	connect: (provider) => `connect an account at ${provider}`,
	reconnect: (provider) => `connect ${provider} again`,
	manage: (provider) => `see and end the connection to ${provider}`,
};
