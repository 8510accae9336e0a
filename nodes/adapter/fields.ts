import type { INodeProperties } from 'n8n-workflow';

import { providers } from '../providers/registry';

/** A field that picks a tenant from the list or takes its id. */
export const tenantField: INodeProperties = {
	displayName: 'Tenant',
	name: 'tenantId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The owner of the data',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchTenants', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. cmd1x2y3z0000abcd' },
	],
};

/** A tenant as a filter. @param description what it filters */
export const tenantFilter = (description: string): INodeProperties => ({ ...tenantField, description });

/** A field that picks a connection from the list or takes its id. */
export const integrationField: INodeProperties = {
	displayName: 'Connection',
	name: 'integrationId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The connection of one tenant to one provider',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchIntegrations', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. cmd1x2y3z0000abcd' },
	],
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
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The run to show. If empty, the latest run of all.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchRuns', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. cmd1x2y3z0000abcd' },
	],
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
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The client that the figures belong to',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchClients', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. cmd1x2y3z0000abcd' },
	],
};

/** A field that picks a metric of the tenant in the field Tenant, or takes its name. */
export const metricField: INodeProperties = {
	displayName: 'Metric',
	name: 'metric',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The metric to return',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchMetrics', searchable: true },
		},
		{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. throughput' },
	],
};
