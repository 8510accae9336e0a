import type { INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../../adapter/operations';
import { authenticationField } from '../../adapter/authentication';
import { integrationField, tenantField, tenantFilter, providerField } from '../../adapter/fields';
import { limitFields } from '../../adapter/limit';
import { simplifyField } from '../../adapter/simplify';
import { linkFields, timelineFields } from './link-fields';
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
	authenticationField(
		'n8n',
		{
			n8n: 'In the provider’s credential in n8n, connected with its own button. The connection is ready at once.',
			stored: 'In the encrypted vault in the database. The connection is pending until a token is stored.',
		},
		'Where the token of the connection is kept',
	),
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
			'Whether to ask the provider which accounts the connection reaches now. This needs the provider’s credential and, unless n8n keeps the token, the Zixly Token Key. Otherwise only stored accounts are listed.',
	},
];

const providerAsked: INodeProperties = {
	...providerField,
	description:
		'The provider of the connection. With its credential, accounts that were never read can be chosen, and the consent of a connection that you disconnect is ended at the provider too.',
};

const getAll: INodeProperties[] = [
	...limitFields,
	simplifyField,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [providerField, tenantFilter('Only the connections of this tenant')],
	},
];

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
					'Connect a tenant to a provider. A tenant has one connection per provider; an existing one is returned unchanged.',
			},
			{
				name: 'Create Link',
				value: 'createLink',
				action: 'Create link for connection',
				description:
					'Create a link with which a tenant connects itself, on the pages of Zixly Connect, or ends its connection there',
			},
			{
				name: 'Disable',
				value: 'disable',
				action: 'Disable connection',
				description: 'Stop syncing a connection; its data and its token stay',
			},
			{
				name: 'Disconnect',
				value: 'disconnect',
				action: 'Disconnect connection',
				description:
					'Delete the tokens of a connection, end its consent at the provider, and free its accounts for another tenant; the data stays',
			},
			{
				name: 'Enable',
				value: 'enable',
				action: 'Enable connection',
				description: 'Resume syncing a connection, for example after fixing the cause of an error',
			},
			{
				name: 'Get Accounts',
				value: 'getAccounts',
				action: 'Get accounts of connection',
				description:
					'List the organisations, portals or files of a connection: which are read, and which could be',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many connections',
				description: 'List the connections of every tenant with their last run',
			},
			{
				name: 'Get Timeline',
				value: 'getTimeline',
				action: 'Get timeline of connections',
				description: 'List what happened to connections: links, consents, disconnections, what went wrong',
			},
			{
				name: 'Reset State',
				value: 'resetState',
				action: 'Reset state of connection',
				description: 'Forget how far a connection was read: the next sync reads from the beginning',
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update connection',
				description: 'Change the settings of a connection, and which streams and accounts are read',
			},
		],
	},
	...showForOperations('connection', ['create'], create),
	...showForOperations('connection', ['createLink'], linkFields),
	...showForOperations('connection', ['getTimeline'], timelineFields),
	...showForOperations('connection', ['disconnect', 'getAccounts', 'update'], [providerAsked]),
	...showForOperations(
		'connection',
		['disable', 'disconnect', 'enable', 'getAccounts', 'resetState', 'update'],
		[{ ...integrationField, required: true }],
	),
	...showForOperations('connection', ['getAccounts'], getAccounts),
	...showForOperations('connection', ['resetState'], [resetScope]),
	...showForOperations('connection', ['update'], [updateFields]),
	...showForOperations(
		'connection',
		['disable', 'disconnect', 'enable', 'getAccounts', 'update'],
		[simplifyField],
	),
	...showForOperations('connection', ['getAll'], getAll),
];
