import type { INodeProperties } from 'n8n-workflow';

import { clientProperties } from './client/properties';
import { exchangeRateProperties } from './exchange-rate/properties';
import { kpiProperties } from './kpi/properties';
import { readerProperties } from './reader/properties';
import { tenantProperties } from './tenant/properties';

export const databaseProperties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		default: 'schema',
		options: [
			{
				name: 'Client',
				value: 'client',
				description: 'Business entities that the figures are about',
			},
			{
				name: 'Exchange Rate',
				value: 'exchangeRate',
				description: 'Daily rates for converting amounts',
			},
			{
				name: 'KPI',
				value: 'kpi',
				description: 'Figures of a tenant: financials, funnel and metrics',
			},
			{
				name: 'Reader',
				value: 'reader',
				description: 'Database logins for BI tools, each limited to one tenant',
			},
			{ name: 'Schema', value: 'schema', description: 'Tables, roles and policies of the database' },
			{ name: 'Tenant', value: 'tenant', description: 'Companies that own the data' },
		],
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['schema'] } },
		default: 'getStatus',
		options: [
			{
				name: 'Get Status',
				value: 'getStatus',
				action: 'Get schema status',
				description: 'Show the version of the schema and whether anything needs fixing',
			},
			{
				name: 'Migrate',
				value: 'migrate',
				action: 'Migrate schema',
				description: 'Bring the schema to the version of this package; safe to run again',
			},
		],
	},
	...tenantProperties,
	...clientProperties,
	...kpiProperties,
	...readerProperties,
	...exchangeRateProperties,
];
