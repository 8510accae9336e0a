import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import type { Pool } from 'pg';

import { accountChoice } from '../../../db/integrations/accounts';
import type { IntegrationSummary } from '../../../db/integrations/integrations';
import { checkedListing, type CheckedListing } from '../../engine/read/account-list';
import { systemClock } from '../../engine/contract/ports';
import type { ProviderDefinition } from '../../engine/contract/provider';
import { buildDiscovery } from '../../engine/read/discovery';
import { asFailure, ReadFailure } from '../../engine/contract/failure';
import type { RunToExtract } from '../../engine/read/run';
import { RateLimiters } from '../../engine/limits/rate-limiter';
import { storedConnection, type Connection } from '../../engine/connect/stored-connection';
import { getProvider } from '../../providers/registry';
import { credentialConnection } from '../../adapter/credential-connection';
import { createAuthenticatedHttpClient, createHttpClient, getCredentialName } from '../../adapter/http';
import { getKeyRing } from '../../adapter/key-ring';

export type AskingContext = IExecuteFunctions | ILoadOptionsFunctions;

const rateLimiters = new RateLimiters(systemClock);
const TIMEOUT_MS = 30_000;

/**
 * Asks the provider which accounts the connection's token reaches; stores nothing.
 * @throws ReadFailure that says what is missing, if the provider cannot be asked
 */
export async function askProvider(
	context: AskingContext,
	pool: Pool,
	integration: IntegrationSummary,
): Promise<CheckedListing> {
	return await askForAccounts(context, pool, integration).catch((error: unknown) => {
		throw asFailure(error);
	});
}

async function askForAccounts(
	context: AskingContext,
	pool: Pool,
	integration: IntegrationSummary,
): Promise<CheckedListing> {
	const definition = getProvider(integration.provider);
	const run: RunToExtract = { ...integration, syncRunId: '' };
	const connection = await openConnection(context, definition, run, pool);
	const choice = await accountChoice(pool, integration);
	const discovery = buildDiscovery(choice, {
		...{ definition, rateLimiters, clock: systemClock, log: context.logger },
		...{ http: connection.http, application: connection.application, baseUrl: connection.baseUrl(run) },
		...{ connectionId: run.integrationId, authorisation: connection.authorise(run) },
		...{ dayShare: 1, timeoutMs: TIMEOUT_MS, timezone: context.getTimezone() },
		keepLease: async () => await Promise.resolve(),
	});
	return checkedListing(definition.accounts, await definition.accounts.list(discovery));
}

async function openConnection(
	context: AskingContext,
	definition: ProviderDefinition,
	{ metadata }: RunToExtract,
	pool: Pool,
): Promise<Connection> {
	const latest = async () => await getCredential(context, definition);
	const credential = await latest();
	if (metadata.authentication === 'n8n')
		return credentialConnection({
			...{ definition, credential, latest },
			name: getCredentialName(context, definition.credential),
			http: createAuthenticatedHttpClient(context, definition.credential),
		});
	const access = await getKeyRing(context).catch(() => {
		throw missing(definition, 'Zixly Token Key');
	});
	return storedConnection({ definition, credential, ...access, http: createHttpClient(context), pool });
}

async function getCredential(context: AskingContext, definition: ProviderDefinition) {
	return await context.getCredentials(definition.credential).catch(() => {
		throw missing(definition, `Zixly ${definition.displayName}`);
	});
}

const missing = ({ displayName, accountWord }: ProviderDefinition, credential: string): ReadFailure =>
	new ReadFailure(
		'configuration',
		`To ask ${displayName} which ${accountWord} the connection reaches, choose ${displayName} in Provider and the credential ${credential} in this node.`,
	);
