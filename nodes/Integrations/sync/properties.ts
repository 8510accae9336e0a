import type { INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../../adapter/operations';
import { authenticationField } from '../../adapter/authentication';
import {
	integrationField,
	integrationFilter,
	providerField,
	runField,
	tenantFilter,
} from '../../adapter/fields';
import { limitFields } from '../../adapter/limit';
import { simplifyField } from '../../adapter/simplify';
import { failRunsFields, getHealthFields } from './health-properties';
import { pruneFields } from './prune-properties';

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
	authenticationField('stored', {
		stored: 'Every connection whose encrypted token is in the database',
		n8n: 'One connection, whose token is kept in an n8n credential',
	}),
	{
		...integrationField,
		description: 'The connection to claim. With Zixly Vault, leave it empty to claim all that are due.',
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
				'How old the last success must be before a connection is due again. A run started by hand ignores this.',
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
		'When this execution fails too, after everything is stored. n8n then calls its error workflow, and "n8n execute" exits with a code other than 0.',
	options: [
		{ name: 'Any Run Failed', value: 'anyRun', description: 'At least one connection failed' },
		{
			name: 'Anything Is Missing',
			value: 'anythingMissing',
			description: 'At least one connection failed, or has records that could not be stored',
		},
		{ name: 'Every Run Failed', value: 'everyRun', description: 'Not a single connection could be read' },
		{ name: 'Never', value: 'never', description: 'Failures are only recorded in the runs' },
	],
};

const finish: INodeProperties[] = [
	simplifyField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			failWhen,
			syncEvery('The same value as in Claim Due, to compute when a connection is due next'),
		],
	},
];

const getRuns: INodeProperties[] = [
	...limitFields,
	simplifyField,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [
			integrationFilter('Only the runs of this connection'),
			{
				displayName: 'Status',
				name: 'status',
				type: 'options',
				default: 'failed',
				options: [
					{
						name: 'Abandoned',
						value: 'abandoned',
						description: 'The lease ended before the run was finished',
					},
					{ name: 'Failed', value: 'failed', description: 'Nothing could be read' },
					{
						name: 'Partial',
						value: 'partial',
						description: 'An account or a stream could not be read, or records were rejected',
					},
					{ name: 'Running', value: 'running' },
					{ name: 'Succeeded', value: 'succeeded' },
				],
				description: 'Only the runs with this status',
			},
			tenantFilter('Only the runs of this tenant'),
		],
	},
];

const getRun: INodeProperties[] = [
	runField,
	{
		displayName: 'Show',
		name: 'show',
		type: 'options',
		default: 'overview',
		options: [
			{ name: 'Accounts', value: 'accounts', description: 'What was stored of each account: one item each' },
			{ name: 'Everything', value: 'everything', description: 'One item with all parts in it' },
			{ name: 'Overview', value: 'overview', description: 'One item: how it ended, why, and what to do' },
			{
				name: 'Rejected Reasons',
				value: 'rejected',
				description: 'Why records were rejected: one item each',
			},
			{ name: 'Streams', value: 'streams', description: 'The counts of each stream: one item each' },
			{ name: 'Timeline', value: 'timeline', description: 'What happened when: one item per event' },
		],
		description: 'Which part of the run to return',
	},
];

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
				action: 'Claim due connections',
				description: 'Open a run for every connection that is due, so that no other execution syncs it',
			},
			{
				name: 'Fail Runs of Execution',
				value: 'failRuns',
				action: 'Fail runs of execution',
				description: 'Close the runs that a failed execution left open, for use in an error workflow',
			},
			{
				name: 'Finish',
				value: 'finish',
				action: 'Finish sync runs',
				description:
					'Close the runs of this execution with their counts, and set when each connection is due next',
			},
			{
				name: 'Get Health',
				value: 'getHealth',
				action: 'Get sync health',
				description: 'Show the health of every connection: last success, failures, what to do, next due time',
			},
			{
				name: 'Get Run',
				value: 'getRun',
				action: 'Get a sync run',
				description: 'Show one run in detail: timeline, accounts, streams, calls, counts, what to do',
			},
			{
				name: 'Get Runs',
				value: 'getRuns',
				action: 'Get sync runs',
				description: 'List the latest runs with their counts and outcome',
			},
			{
				name: 'Prune',
				value: 'prune',
				action: 'Prune old runs and records',
				description: 'Delete old runs, resolved rejected records, timelines and links',
			},
		],
	},
	...showForOperations('sync', ['prune'], pruneFields),
	...showForOperations('sync', ['claimDue'], claimDue),
	...showForOperations('sync', ['failRuns'], failRunsFields),
	...showForOperations('sync', ['finish'], finish),
	...showForOperations('sync', ['getHealth'], getHealthFields),
	...showForOperations('sync', ['getRun'], getRun),
	...showForOperations('sync', ['getRuns'], getRuns),
];
