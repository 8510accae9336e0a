import type { INodeProperties } from 'n8n-workflow';

import { integrationFilter, providerField, tenantField, tenantFilter } from '../../adapter/fields';
import { limitFields } from '../../adapter/limit';
import { simplifyField } from '../../adapter/simplify';

export const linkFields: INodeProperties[] = [
	{
		displayName: 'All Tenants',
		name: 'allTenants',
		type: 'boolean',
		default: false,
		description:
			'Whether to create a link for every tenant that has no working connection to the provider. Paused tenants and disabled connections are left out.',
	},
	{ ...tenantField, required: true, displayOptions: { show: { allTenants: [false] } } },
	{ ...providerField, description: 'The provider that the tenant connects to' },
	{
		displayName: 'Purpose',
		name: 'purpose',
		type: 'options',
		default: 'connect',
		displayOptions: { show: { allTenants: [false] } },
		options: [
			{
				name: 'Connect',
				value: 'connect',
				description: 'A first connection. If the tenant is connected already, the same as Reconnect.',
			},
			{
				name: 'Manage',
				value: 'manage',
				description: 'A page on which the tenant sees, renews and ends the connection',
			},
			{
				name: 'Reconnect',
				value: 'reconnect',
				description: 'A new consent for the same accounts. Data, states and settings stay.',
			},
		],
	},
	{
		displayName: 'Base URL',
		name: 'baseUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com',
		description:
			'The public address of n8n. If empty, n8n’s own (its setting WEBHOOK_URL). If the Path of Zixly Connect was changed, give the whole address of its start page.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Replace Accounts',
				name: 'replacesAccount',
				type: 'boolean',
				default: false,
				description:
					'Whether other accounts may replace those that the connection reads. Otherwise a reconnect must reach the same ones. The data of the old ones stays.',
			},
			{
				displayName: 'Valid For (Hours)',
				name: 'validHours',
				type: 'number',
				typeOptions: { minValue: 0.5, maxValue: 168, numberPrecision: 2 },
				default: 72,
				description: 'From half an hour to 7 days',
			},
		],
	},
];

export const timelineFields: INodeProperties[] = [
	...limitFields,
	simplifyField,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [
			integrationFilter('Only the events of this connection'),
			providerField,
			tenantFilter('Only the events of this tenant'),
		],
	},
];
