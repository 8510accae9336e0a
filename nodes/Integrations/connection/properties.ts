import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { integrationField, tenantField, tenantIdFilter } from '../../adapter/fields';
import { limitFields } from '../../adapter/limit';
import { providerField } from '../../adapter/provider-field';
import {
	accountIdsField,
	accountsReadField,
	basisField,
	businessIdField,
	resetScope,
	timezoneField,
	updateFields,
} from './settings-fields';

const create: INodeProperties[] = [
	{ ...tenantField, required: true },
	providerField,
	{
		displayName: 'Authentication',
		name: 'authentication',
		type: 'options',
		default: 'n8nCredential',
		description: 'Who obtains and keeps the token',
		options: [
			{
				name: 'N8n Credential',
				value: 'n8nCredential',
				description: 'The provider’s credential in n8n, connected with its own button: ready at once',
			},
			{
				name: 'Stored Integration',
				value: 'storedIntegration',
				description: 'The encrypted vault in the database: pending until a token is stored',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [accountIdsField, accountsReadField, basisField, businessIdField, timezoneField],
	},
];

const getAccounts: INodeProperties[] = [
	{
		displayName: 'Ask Provider',
		name: 'askProvider',
		type: 'boolean',
		default: true,
		description:
			'Whether to ask the provider what the connection reaches now. It needs the provider’s credential and, unless n8n keeps the token, the Zixly Token Key. Without it only what is stored is listed.',
	},
];

const providerAsked: INodeProperties = {
	...providerField,
	description:
		'The provider of the connection; with its credential, accounts can be chosen that were never read',
};

const getAll: INodeProperties[] = [
	...limitFields,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [providerField, tenantIdFilter('Only the connections of this tenant')],
	},
];

const showOnOperations = (operations: string[], properties: INodeProperties[]): INodeProperties[] =>
	updateDisplayOptions({ show: { resource: ['connection'], operation: operations } }, properties);

export const connectionProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['connection'] } },
		default: 'getAll',
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create connection',
				description:
					'Connect a tenant to a provider; done twice it gives the connection there is, with the settings it has',
			},
			{
				name: 'Disable',
				value: 'disable',
				action: 'Disable connection',
				description: 'Stop syncing it; its data and its token stay',
			},
			{
				name: 'Disconnect',
				value: 'disconnect',
				action: 'Disconnect connection',
				description: 'Remove its tokens and free its accounts for another tenant; the data stays',
			},
			{
				name: 'Enable',
				value: 'enable',
				action: 'Enable connection',
				description: 'Sync it again, also after a person mended what was wrong',
			},
			{
				name: 'Get Accounts',
				value: 'getAccounts',
				action: 'Get accounts of connection',
				description: 'List the organisations, portals or files behind it: which are read, and which could be',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many connections',
				description: 'List the connections of every tenant with their last run',
			},
			{
				name: 'Reset State',
				value: 'resetState',
				action: 'Reset state of connection',
				description: 'Forget how far it was read: the next sync reads from the beginning',
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update connection',
				description: 'Change its settings, and which streams and accounts are read',
			},
		],
	},
	...showOnOperations(['create'], create),
	...showOnOperations(
		['disable', 'disconnect', 'enable', 'getAccounts', 'resetState', 'update'],
		[{ ...integrationField, required: true }],
	),
	...showOnOperations(['getAccounts'], getAccounts),
	...showOnOperations(['getAccounts', 'update'], [providerAsked]),
	...showOnOperations(['resetState'], [resetScope]),
	...showOnOperations(['update'], [updateFields]),
	...showOnOperations(['getAll'], getAll),
];
