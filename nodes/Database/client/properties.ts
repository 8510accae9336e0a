import type { INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../../adapter/operations';
import { limitFields } from '../../adapter/limit';
import { providerField, tenantField } from '../../adapter/fields';

const externalIdField: INodeProperties = {
	displayName: 'External ID',
	name: 'externalId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 4f0e8c6a-1111-4222-8333-444455556666',
	description:
		'The ID of the account, company or project at the provider: the part after the provider in its current client ID',
};

const clientField: INodeProperties = {
	displayName: 'Client',
	name: 'clientKpiId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
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

const search: INodeProperties = {
	displayName: 'Search',
	name: 'search',
	type: 'string',
	default: '',
	placeholder: 'e.g. Harbour',
	description: 'Only clients whose name or ID contains this text',
};

export const clientProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['client'] } },
		default: 'getAll',
		options: [
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many clients',
				description: 'List the clients of a tenant with their links',
			},
			{
				name: 'Link',
				value: 'link',
				action: 'Link client',
				description:
					'Link an account, company or project to an existing client; its rows move to that client',
			},
			{
				name: 'Unlink',
				value: 'unlink',
				action: 'Unlink client',
				description: 'Remove a link; its rows move back to a separate client',
			},
		],
	},
	...showForOperations('client', ['getAll', 'link', 'unlink'], [{ ...tenantField, required: true }]),
	...showForOperations('client', ['link', 'unlink'], [providerField, externalIdField]),
	...showForOperations('client', ['link'], [clientField]),
	...showForOperations('client', ['getAll'], [...limitFields, search]),
];
