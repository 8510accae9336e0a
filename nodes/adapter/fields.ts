import type { INodeProperties } from 'n8n-workflow';

import { providers } from '../providers/registry';

/**
 * A field that picks something from a list of the node's method `search`, or takes it as typed.
 * @param by what is typed
 */
export const pickFrom = (
	search: string,
	by: 'ID' | 'Name' | 'Login' | 'Code' = 'ID',
	placeholder = 'e.g. cmd1x2y3z0000abcd',
): Pick<INodeProperties, 'type' | 'default' | 'modes'> => ({
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: search, searchable: true },
		},
		{ displayName: `By ${by}`, name: by.toLowerCase(), type: 'string', placeholder },
	],
});

/** A field that picks a tenant from the list or takes its id. */
export const tenantField: INodeProperties = {
	displayName: 'Tenant',
	name: 'tenantId',
	...pickFrom('searchTenants'),
	description: 'The owner of the data',
};

/** A tenant as a filter. @param description what it filters */
export const tenantFilter = (description: string): INodeProperties => ({ ...tenantField, description });

/** A field that picks a connection from the list or takes its id. */
export const integrationField: INodeProperties = {
	displayName: 'Connection',
	name: 'integrationId',
	...pickFrom('searchIntegrations'),
	description: 'The connection of one tenant to one provider',
};

/** A connection as a filter. @param description what it filters */
export const integrationFilter = (description: string): INodeProperties => ({
	...integrationField,
	description,
});

/** A field that picks a run from the list or takes its id. */
export const runField: INodeProperties = {
	displayName: 'Run',
	name: 'runId',
	...pickFrom('searchRuns'),
	description: 'The run to show. If empty, the latest run of all.',
};

/** A field that selects one of the registered providers. */
export const providerField: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	default: 'xero',
	description: 'The service that the data comes from',
	options: Object.values(providers).map(({ key, displayName }) => ({ name: displayName, value: key })),
};

/** A field that picks a client of the tenant in the field Tenant, or takes its ID. */
export const clientField: INodeProperties = {
	displayName: 'Client',
	name: 'clientKpiId',
	...pickFrom('searchClients'),
	description: 'The client that the figures belong to',
};

/** A field that picks a metric of the tenant in the field Tenant, or takes its name. */
export const metricField: INodeProperties = {
	displayName: 'Metric',
	name: 'metric',
	...pickFrom('searchMetrics', 'Name', 'e.g. throughput'),
	required: true,
	description: 'The metric to return',
};
