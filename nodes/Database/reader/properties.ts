import type { INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../../adapter/operations';
import { pickFrom, tenantField } from '../../adapter/fields';

const loginField: INodeProperties = {
	displayName: 'Login',
	name: 'login',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. harbour_reports',
	description: 'The name that the BI tool logs in with',
};

const revokedLoginField: INodeProperties = {
	displayName: 'Login',
	name: 'login',
	...pickFrom('searchReaders', 'Login', 'e.g. harbour_reports'),
	required: true,
	description: 'The login to drop',
};

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
				description: 'Create a read-only database login that sees one tenant',
			},
			{
				name: 'Revoke',
				value: 'revoke',
				action: 'Revoke reader',
				description: 'Revoke the access of a reader and drop its login',
			},
		],
	},
	...showForOperations(
		'reader',
		['create'],
		[
			{
				displayName:
					"This node's output contains the password, which cannot be shown again. If n8n saves executions, the password is saved there too: copy it to the BI tool, then delete the execution. The login of the Postgres credential must be allowed to create roles; otherwise the error lists what an administrator has to run.",
				name: 'passwordNotice',
				type: 'notice',
				default: '',
			},
			{ ...tenantField, required: true },
			loginField,
		],
	),
	...showForOperations('reader', ['revoke'], [revokedLoginField]),
];
