import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import { listClients } from '../../db/clients/list';
import { listIntegrations, type IntegrationSummary } from '../../db/integrations/integrations';
import { listRuns, type SyncRun } from '../../db/runs/list';
import { listTenants } from '../../db/integrations/tenants';
import { listMetrics } from '../../db/readers/metric-series';
import { getProviderName } from '../providers/registry';
import { isAuthentication } from './authentication';
import { fillList, MAX_SHOWN } from './fill-list';

/** The tenants whose name contains the typed text. */
export async function searchTenants(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return await fillList(this, filter, NO_TENANT, async (pool) => {
		const tenants = await listTenants(pool, { search: filter, limit: MAX_SHOWN });
		return tenants.map(({ id, name }) => ({ name, value: id }));
	});
}

const NO_TENANT = 'There is no tenant yet. Create one with Zixly Database, Tenant: Create.';

/** The connections of the provider and with the authentication chosen in the node, by tenant or provider. */
export async function searchIntegrations(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const provider = this.getCurrentNodeParameter('provider') as string | undefined;
	const authentication = this.getCurrentNodeParameter('authentication');
	const to = provider ? ` to ${getProviderName(provider)}` : '';
	const nothing = `No tenant has such a connection${to} yet. Create one with Connection: Create, or choose another Provider or Authentication.`;
	return await fillList(this, filter, nothing, async (pool) => {
		const integrations = await listIntegrations(pool, { provider: provider || undefined });
		return integrations
			.filter(({ metadata }) => isAuthentication(authentication, metadata.authentication))
			.map((one) => ({ name: nameConnection(one), value: one.integrationId }))
			.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	});
}

const STATUSES: Readonly<Record<IntegrationSummary['status'], string>> = {
	ACTIVE: '',
	PENDING: ' (waiting for token)',
	ERROR: ' (needs you)',
	DISABLED: ' (disabled)',
};

const nameConnection = ({ tenantName, provider, status }: IntegrationSummary): string =>
	`${tenantName} – ${getProviderName(provider)}${STATUSES[status]}`;

/** The clients of the tenant in the field Tenant, by name or id. */
export async function searchClients(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const tenantId = this.getCurrentNodeParameter('tenantId', { extractValue: true }) as string;
	return await fillList(this, filter, NO_CLIENT, async (pool) => {
		if (!tenantId) throw new ExplainedError('Choose a tenant first.', 'This list shows its clients.');
		const clients = await listClients(pool, { tenantId, search: filter, limit: MAX_SHOWN });
		return clients.map(({ clientKpiId, clientId, clientName }) => ({
			name: `${clientName} (${clientId})`,
			value: clientKpiId,
		}));
	});
}

/** The metrics of the tenant in the field Tenant. */
export async function searchMetrics(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const tenantId = this.getCurrentNodeParameter('tenantId', { extractValue: true }) as string;
	return await fillList(this, filter, NO_METRIC, async (pool) => {
		if (!tenantId) throw new ExplainedError('Choose a tenant first.', 'This list shows its metrics.');
		const metrics = await listMetrics(pool, { tenantId, search: filter, limit: MAX_SHOWN });
		return metrics.map((name) => ({ name, value: name }));
	});
}

const NO_METRIC = 'This tenant has no metrics yet. They come with uploads and from Asana.';

const NO_CLIENT = 'This tenant has no clients yet. They are created by its first sync.';

/** The latest runs, by tenant, provider, time or status. */
export async function searchRuns(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	return await fillList(this, filter, NO_RUN, async (pool) => {
		const runs = await listRuns(pool, { limit: MAX_RUNS_SEARCHED });
		return runs
			.map((run) => ({ name: nameRun(run), value: run.id }))
			.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	});
}

const MAX_RUNS_SEARCHED = 1_000;

const NO_RUN = 'There is no run yet. A sync workflow makes one per connection when it is executed.';

const nameRun = ({ tenantName, provider, startedAt, status }: SyncRun): string =>
	`${tenantName} – ${getProviderName(provider)}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${status}`;
