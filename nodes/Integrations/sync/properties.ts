import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { integrationField, tenantIdFilter } from '../../adapter/fields';
import { limitFields } from '../../adapter/limit';
import { providerField } from '../../adapter/provider-field';
import { failRunsFields, getHealthFields } from './health-properties';

const syncEvery = (description: string): INodeProperties => ({
	displayName: 'Sync Every (Hours)',
	name: 'syncEvery',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 2 },
	default: 6,
	description,
});

const claimDue: INodeProperties[] = [
	providerField,
	{
		displayName: 'Authentication',
		name: 'authentication',
		type: 'options',
		default: 'storedIntegration',
		options: [
			{
				name: 'Stored Integration',
				value: 'storedIntegration',
				description: 'Every tenant whose encrypted token lies in the database',
			},
			{
				name: 'N8n Credential',
				value: 'n8nCredential',
				description: 'One connection, whose token n8n’s own OAuth dialog obtained and keeps',
			},
		],
	},
	{
		...integrationField,
		description:
			'The one connection to claim. With Stored Integration leave it empty to claim all that are due.',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			syncEvery(
				'How old the last success must be before a connection is due again. A run started by hand does not wait for it.',
			),
		],
	},
];

const failWhen: INodeProperties = {
	displayName: 'Fail When',
	name: 'failWhen',
	type: 'options',
	default: 'everyRun',
	description:
		'When this execution fails as well, once everything is stored. Then n8n calls its error workflow, and n8n execute ends with an exit code other than 0.',
	options: [
		{ name: 'Any Run Failed', value: 'anyRun', description: 'One connection that fails is enough' },
		{ name: 'Every Run Failed', value: 'everyRun', description: 'No connection could be read' },
		{ name: 'Never', value: 'never', description: 'The runs alone say what failed' },
	],
};

const finish: INodeProperties[] = [
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [failWhen, syncEvery('As on Claim Due, to say when a connection is due next')],
	},
];

const getRuns: INodeProperties[] = [
	...limitFields,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [
			{
				displayName: 'Integration ID',
				name: 'integrationId',
				type: 'string',
				default: '',
				placeholder: 'e.g. cmd1x2y3z0000abcd',
				description: 'Only the runs of this connection',
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'options',
				default: 'failed',
				options: [
					{ name: 'Abandoned', value: 'abandoned', description: 'Its lease ended before it was finished' },
					{ name: 'Failed', value: 'failed', description: 'Nothing could be read' },
					{
						name: 'Partial',
						value: 'partial',
						description: 'An account or a stream could not be read, or records were rejected',
					},
					{ name: 'Running', value: 'running' },
					{ name: 'Succeeded', value: 'succeeded' },
				],
				description: 'Only the runs that ended so',
			},
			tenantIdFilter('Only the runs of this tenant'),
		],
	},
];

const showOnOperations = (operation: string, properties: INodeProperties[]): INodeProperties[] =>
	updateDisplayOptions({ show: { resource: ['sync'], operation: [operation] } }, properties);

export const syncProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['sync'] } },
		default: 'claimDue',
		options: [
			{
				name: 'Claim Due',
				value: 'claimDue',
				action: 'Claim due integrations',
				description: 'Open a run for every connection that is due, so that no other execution takes it',
			},
			{
				name: 'Fail Runs of Execution',
				value: 'failRuns',
				action: 'Fail runs of execution',
				description: 'Close the runs that an execution left open when it failed; for an error workflow',
			},
			{
				name: 'Finish',
				value: 'finish',
				action: 'Finish sync runs',
				description: 'Close the runs whose messages come in, with their counts and what comes next',
			},
			{
				name: 'Get Health',
				value: 'getHealth',
				action: 'Get sync health',
				description: 'Say how every connection stands: last success, failures, what to do, when it is due',
			},
			{
				name: 'Get Runs',
				value: 'getRuns',
				action: 'Get sync runs',
				description: 'List the latest runs with their counts and outcome',
			},
		],
	},
	...showOnOperations('claimDue', claimDue),
	...showOnOperations('failRuns', failRunsFields),
	...showOnOperations('finish', finish),
	...showOnOperations('getHealth', getHealthFields),
	...showOnOperations('getRuns', getRuns),
];
