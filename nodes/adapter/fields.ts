import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';
import type { Pool } from 'pg';

import { getPool } from '../../db/postgres/pool';
import { listClients } from '../../db/clients/list';
import { listIntegrations } from '../../db/integrations/integrations';
import { listTenants } from '../../db/integrations/tenants';
import { listMetrics } from '../../db/readers/metric-series';
import { providers } from '../providers/registry';
import { readDatabaseSettings, POSTGRES_CREDENTIAL } from './database';

const MAX_SHOWN = 100;

/** The tenants whose name contains the typed text. */
export async function searchTenants(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const tenants = await listTenants(await getPoolForOptions(this), { search: filter, limit: MAX_SHOWN });
	return { results: tenants.map(({ id, name }) => ({ name, value: id })) };
}

/** The connections whose tenant, provider or status contains the typed text. */
export async function searchIntegrations(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const integrations = await listIntegrations(await getPoolForOptions(this), {});
	const results = integrations
		.map((one) => ({ name: `${one.tenantName} – ${one.provider} (${one.status})`, value: one.integrationId }))
		.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
	return { results: results.slice(0, MAX_SHOWN) };
}

/** The clients of the tenant in the field Tenant, by name or id. */
export async function searchClients(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const tenantId = this.getCurrentNodeParameter('tenantId', { extractValue: true }) as string;
	if (!tenantId) return { results: [] };
	const clients = await listClients(await getPoolForOptions(this), {
		tenantId,
		search: filter,
		limit: MAX_SHOWN,
	});
	return {
		results: clients.map(({ clientKpiId, clientId, clientName }) => ({
			name: `${clientName} (${clientId})`,
			value: clientKpiId,
		})),
	};
}

/** The metrics of the tenant in the field Tenant. */
export async function searchMetrics(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const tenantId = this.getCurrentNodeParameter('tenantId', { extractValue: true }) as string;
	if (!tenantId) return { results: [] };
	const pool = await getPoolForOptions(this);
	const metrics = await listMetrics(pool, { tenantId, search: filter, limit: MAX_SHOWN });
	return { results: metrics.map((name) => ({ name, value: name })) };
}

async function getPoolForOptions(context: ILoadOptionsFunctions): Promise<Pool> {
	return getPool(readDatabaseSettings(await context.getCredentials(POSTGRES_CREDENTIAL)));
}

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

/** A tenant filter for collections, which do not support a list to pick from. @param description what it filters */
export const tenantIdFilter = (description: string): INodeProperties => ({
	displayName: 'Tenant ID',
	name: 'tenantId',
	type: 'string',
	default: '',
	placeholder: 'e.g. cmd1x2y3z0000abcd',
	description,
});

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
