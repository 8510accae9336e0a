import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import {
	disconnectIntegration,
	type ConsentEnd,
	type Disconnected,
} from '../../../db/integrations/connect/disconnect';
import { readConsentParts } from '../../adapter/consent-parts';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';
import { findKeyRing, type TokenKeyAccess } from '../../adapter/key-ring';
import { readIntegrationId } from '../../adapter/parameters';
import { simplifyResults } from '../../adapter/simplify';
import { revokeConsent } from '../../engine/connect/revoke';
import { getProvider, getProviderName } from '../../providers/registry';
import { simplifyDisconnected } from './simplify';

/**
 * Ends a connection: its tokens are deleted, its accounts become free for another tenant, and the consent is ended at the
 * provider as far as nothing else stands on it; the data stays.
 */
export async function disconnectConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const access = await findKeyRing(context);
	return await mapItems(context, async (item) => {
		const disconnected = await disconnectIntegration(pool, readIntegrationId(context, item), {
			...{ ring: access?.ring, actor: 'Connection: Disconnect' },
		});
		const { integration } = disconnected;
		const ended = await endConsent(context, disconnected, access);
		const message = HINTS[ended]?.(getProviderName(integration.provider));
		if (message) addHint(context, { message, type: 'info' });
		return simplifyResults(context, item, [{ ...integration, consent: ended }], simplifyDisconnected);
	});
}

/** The tokens are gone already: whatever the provider answers, they are not needed again. */
async function endConsent(
	context: IExecuteFunctions,
	{ integration: { provider, metadata }, hadTokens, consent }: Disconnected,
	access: TokenKeyAccess | undefined,
): Promise<ConsentEnd> {
	if (metadata.authentication === 'n8n') return 'keptByN8n';
	if (!hadTokens) return 'noToken';
	if (!access || !consent) return 'forgotten';
	const parts = await readConsentParts(context, getProvider(provider), access).catch((error: unknown) => {
		context.logger.warn(`The consent was not revoked: ${(error as Error).message}`);
		return undefined;
	});
	return parts ? await revokeConsent(parts, consent) : 'forgotten';
}

const HINTS: Readonly<Partial<Record<ConsentEnd, (provider: string) => string>>> = {
	forgotten: (provider) =>
		`The tokens are deleted here, but ${provider} still lists the app: the tenant removes it in its account there. To end a consent at the provider too, choose the provider, its credential and the Zixly Token Key in this node; a consent that another connection may use is never ended there.`,
	keptByN8n: () =>
		'The token of this connection is kept in an n8n credential and was not deleted. Delete the credential to remove it.',
};
