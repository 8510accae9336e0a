import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { ConsentParts } from '../engine/connect/consent-api';
import type { ProviderDefinition } from '../engine/contract/provider';
import { createHttpClient } from './http';
import type { TokenKeyAccess } from './key-ring';

/** How to reach a provider about a consent; undefined if the node has no credential for it. */
export async function readConsentParts(
	context: IExecuteFunctions | IWebhookFunctions,
	definition: ProviderDefinition,
	{ allowedHosts }: Pick<TokenKeyAccess, 'allowedHosts'>,
): Promise<ConsentParts | undefined> {
	// n8n rejects a type that is not set on the node, with an error of its own.
	if (!context.getNode().credentials?.[definition.credential]) return undefined;
	return {
		credential: await context.getCredentials(definition.credential),
		http: createHttpClient(context),
		log: context.logger,
		timezone: context.getTimezone(),
		...{ definition, allowedHosts },
	};
}
