import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { tenantField } from '../../adapter/fields';

const loginField: INodeProperties = {
	displayName: 'Login',
	name: 'login',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. harbour_reports',
	description: 'The name that the BI tool logs in with',
};

const showOnOperations = (operation: string, properties: INodeProperties[]): INodeProperties[] =>
	updateDisplayOptions({ show: { resource: ['reader'], operation: [operation] } }, properties);

export const readerProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['reader'] } },
		default: 'create',
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create reader',
				description: 'Make a database login that sees one tenant and changes nothing',
			},
			{
				name: 'Revoke',
				value: 'revoke',
				action: 'Revoke reader',
				description: 'End the access of such a login and drop it',
			},
		],
	},
	...showOnOperations('create', [
		{
			displayName:
				"The password is in this node's output once and cannot be shown again. Where n8n saves executions, it is saved there: copy it to the BI tool, then delete the execution. The Postgres credential's login must be allowed to create roles; else the error lists what an administrator has to run.",
			name: 'passwordNotice',
			type: 'notice',
			default: '',
		},
		tenantField,
		loginField,
	]),
	...showOnOperations('revoke', [loginField]),
];
