import type { INodeProperties } from 'n8n-workflow';

import { limitFields } from '../../adapter/limit';
import { providerField } from '../../adapter/provider-field';
import { tenantIdFilter } from '../../adapter/fields';

const numberOption = (
	displayName: string,
	name: string,
	preset: number,
	description: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'number',
	typeOptions: { minValue: 1 },
	default: preset,
	description,
});

export const getHealthFields: INodeProperties[] = [
	{
		displayName: 'Show',
		name: 'show',
		type: 'options',
		default: 'all',
		options: [
			{ name: 'Alerts', value: 'alerts', description: 'What is worth a person’s attention: one item each' },
			{ name: 'Every Connection', value: 'all', description: 'How each stands: one item each' },
		],
	},
	...limitFields,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [providerField, tenantIdFilter('Only the connections of this tenant')],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			numberOption(
				'Abandoned From (Runs)',
				'abandonedFrom',
				3,
				'How many runs in a row must have ended with their process to be an alert',
			),
			numberOption(
				'Rejected From (Records)',
				'rejectedFrom',
				10,
				'How many open rejected records of a connection are an alert',
			),
			numberOption('Stale After (Hours)', 'staleAfter', 24, 'How long without a full success is an alert'),
			numberOption(
				'Sync Every (Hours)',
				'syncEvery',
				6,
				'As on Claim Due, to say when a connection is due next',
			),
		],
	},
];

export const failRunsFields: INodeProperties[] = [
	{
		displayName: 'Execution ID',
		name: 'executionId',
		type: 'string',
		default: '={{ $json.execution?.id }}',
		description:
			'The execution of this n8n that failed. An Error Trigger names it; without one nothing is done.',
	},
	{
		displayName: 'Reason',
		name: 'reason',
		type: 'string',
		default: '={{ $json.execution?.error?.message }}',
		description: 'What happened, for the run’s books',
	},
	{
		displayName: 'Error Name',
		name: 'errorName',
		type: 'string',
		default: '={{ $json.execution?.error?.name }}',
		description: 'Tells an execution whose process ended from one that a node stopped',
	},
	{
		displayName: 'Failed Node',
		name: 'failedNode',
		type: 'string',
		default: '={{ $json.execution?.lastNodeExecuted }}',
		description: 'Where it happened, for the run’s books',
	},
];
