import type { INodeProperties } from 'n8n-workflow';

import { tenantField } from '../../adapter/fields';
import { limitFields } from '../../adapter/limit';
import { showForOperations } from '../../adapter/operations';

const operation: INodeProperties = {
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
			name: 'Delete',
			value: 'delete',
			action: 'Delete tenant',
			description:
				'Delete a tenant with all its data, connections, tokens and readers. This cannot be undone.',
		},
		{
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many tenants',
			description: 'List the tenants with their IDs',
		},
		{
			name: 'Pause',
			value: 'pause',
			action: 'Pause tenant',
			description: 'Stop syncing all connections of a tenant; its data and tokens stay',
		},
		{
			name: 'Resume',
			value: 'resume',
			action: 'Resume tenant',
			description: 'Sync the connections of a paused tenant again',
		},
		{
			name: 'Update',
			value: 'update',
			action: 'Update tenant',
			description: 'Change the name or the industry of a tenant',
		},
	],
};

const name: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'e.g. Harbour Accounting',
	description: 'The company that owns the data',
};

const industry: INodeProperties = {
	displayName: 'Industry',
	name: 'industry',
	type: 'string',
	default: '',
	placeholder: 'e.g. Professional services',
};

const allowDuplicate: INodeProperties = {
	displayName: 'Allow Another of This Name',
	name: 'allowDuplicate',
	type: 'boolean',
	default: false,
};

const createFields: INodeProperties[] = [
	{ ...name, required: true },
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add field',
		default: {},
		options: [
			{
				...allowDuplicate,
				description:
					'Whether to create another tenant if one with this name exists. Otherwise the existing tenant is returned.',
			},
			industry,
		],
	},
];

const updateFields: INodeProperties = {
	displayName: 'Update Fields',
	name: 'updateFields',
	type: 'collection',
	placeholder: 'Add field',
	default: {},
	options: [
		{
			...allowDuplicate,
			description: 'Whether to take a name that another tenant has. Otherwise nothing is changed.',
		},
		{ ...industry, description: 'Leave empty to clear it' },
		name,
	],
};

const confirmName: INodeProperties = {
	displayName: 'Name to Confirm',
	name: 'confirmName',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. Harbour Accounting',
	description: 'The tenant’s name exactly as it is stored. Nothing is deleted if it differs.',
};

const search: INodeProperties = {
	displayName: 'Search',
	name: 'search',
	type: 'string',
	default: '',
	placeholder: 'e.g. Harbour',
	description: 'Only tenants whose name contains this text',
};

export const tenantProperties: INodeProperties[] = [
	operation,
	...showForOperations('tenant', ['create'], createFields),
	...showForOperations(
		'tenant',
		['delete', 'pause', 'resume', 'update'],
		[{ ...tenantField, required: true }],
	),
	...showForOperations('tenant', ['delete'], [confirmName]),
	...showForOperations('tenant', ['update'], [updateFields]),
	...showForOperations('tenant', ['getAll'], [...limitFields, search]),
];
