import type { INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../../adapter/operations';
import { limitFields } from '../../adapter/limit';
import { clientField, pickFrom, providerField, tenantField } from '../../adapter/fields';

const externalIdField: INodeProperties = {
	displayName: 'External ID',
	name: 'externalId',
	...pickFrom('searchExternalIds', 'ID', 'e.g. 4f0e8c6a-1111-4222-8333-444455556666'),
	required: true,
	description:
		'The account, company or project at the provider. Its ID is the part after the provider in its current client ID.',
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
	...showForOperations('client', ['link'], [{ ...clientField, required: true }]),
	...showForOperations('client', ['getAll'], [...limitFields, search]),
];
