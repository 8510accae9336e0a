import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import type { Pool } from 'pg';

import { accountChoice } from '../../../db/accounts';
import type { IntegrationSummary } from '../../../db/integrations';
import { checkedListing, type CheckedListing } from '../../engine/account-list';
import { systemClock } from '../../engine/clock';
import type { ProviderDefinition } from '../../engine/definition';
import { discoveryOf } from '../../engine/discovery';
import { asFailure, ReadFailure } from '../../engine/failure';
import type { RunToExtract } from '../../engine/run';
import { Throttles } from '../../engine/throttle';
import { credentialConnection, storedConnection, type Connection } from '../../Extract/connection';
import { providerOf } from '../../providers/registry';
import { authenticatedHttpClientOf, httpClientOf } from '../../shared/n8n/http';
import { keyRingFor } from '../../shared/n8n/key-ring';

export type AskingContext = IExecuteFunctions | ILoadOptionsFunctions;

const throttles = new Throttles(systemClock);
const TIMEOUT_MS = 30_000;

/**
 * Asks the provider which accounts the connection's token reaches; nothing is entered by it.
 * @throws ReadFailure that says what is missing, where the provider cannot be asked
 */
export async function askProvider(
	context: AskingContext,
	pool: Pool,
	integration: IntegrationSummary,
): Promise<CheckedListing> {
	return await ask(context, pool, integration).catch((error: unknown) => {
		throw asFailure(error);
	});
}

async function ask(
	context: AskingContext,
	pool: Pool,
	integration: IntegrationSummary,
): Promise<CheckedListing> {
	const definition = providerOf(integration.provider);
	const run: RunToExtract = { ...integration, syncRunId: '' };
	const connection = await connectionOf(context, definition, run, pool);
	const choice = await accountChoice(pool, integration);
	const discovery = discoveryOf(choice, {
		...{ definition, throttles, clock: systemClock, log: context.logger },
		...{ http: connection.http, application: connection.application, baseUrl: connection.baseUrl(run) },
		...{ connectionId: run.integrationId, authorisation: connection.authorise(run) },
		...{ dayShare: 1, timeoutMs: TIMEOUT_MS, timezone: context.getTimezone() },
		keepLease: async () => await Promise.resolve(),
	});
	return checkedListing(definition.accounts, await definition.accounts.list(discovery));
}

async function connectionOf(
	context: AskingContext,
	definition: ProviderDefinition,
	{ metadata }: RunToExtract,
	pool: Pool,
): Promise<Connection> {
	const latest = async () => await credentialFor(context, definition);
	const credential = await latest();
	if (metadata.authentication === 'n8n')
		return credentialConnection(
			definition,
			credential,
			authenticatedHttpClientOf(context, definition.credential),
			latest,
		);
	const access = await keyRingFor(context).catch(() => {
		throw missing(definition, 'Zixly Token Key');
	});
	return storedConnection({ definition, credential, ...access, http: httpClientOf(context), pool });
}

async function credentialFor(context: AskingContext, definition: ProviderDefinition) {
	return await context.getCredentials(definition.credential).catch(() => {
		throw missing(definition, `Zixly ${definition.displayName}`);
	});
}

const missing = ({ displayName, accountWord }: ProviderDefinition, credential: string): ReadFailure =>
	new ReadFailure(
		'configuration',
		`To ask ${displayName} which ${accountWord} there is, choose ${displayName} in Provider and the credential ${credential} in this node.`,
	);
