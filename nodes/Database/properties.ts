import type { INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../adapter/operations';
import { limitFields } from '../adapter/limit';
import { clientProperties } from './client/properties';
import { exchangeRateProperties } from './exchange-rate/properties';
import { readerProperties } from './reader/properties';

const createTenant: INodeProperties[] = [
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. Harbour Accounting',
		description: 'The company that owns the data',
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add field',
		default: {},
		options: [
			{
				displayName: 'Allow Another of This Name',
				name: 'allowDuplicate',
				type: 'boolean',
				default: false,
				description:
					'Whether to create another tenant if one with this name exists. Otherwise the existing tenant is returned.',
			},
			{
				displayName: 'Industry',
				name: 'industry',
				type: 'string',
				default: '',
				placeholder: 'e.g. Professional services',
			},
		],
	},
];

const getTenants: INodeProperties[] = [
	...limitFields,
	{
		displayName: 'Search',
		name: 'search',
		type: 'string',
		default: '',
		placeholder: 'e.g. Harbour',
		description: 'Only tenants whose name contains this text',
	},
];

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
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['tenant'] } },
		default: 'getAll',
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create tenant',
				description: 'Add a company whose data will be synced',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many tenants',
				description: 'List the tenants with their IDs',
			},
		],
	},
	...showForOperations('tenant', ['create'], createTenant),
	...showForOperations('tenant', ['getAll'], getTenants),
	...clientProperties,
	...readerProperties,
	...exchangeRateProperties,
];
