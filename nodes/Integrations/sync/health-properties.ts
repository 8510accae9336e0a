import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { limitFields } from '../../adapter/limit';
import { simplifyField } from '../../adapter/simplify';
import { providerField, tenantFilter } from '../../adapter/fields';

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
			{ name: 'Alerts', value: 'alerts', description: 'Only what needs attention: one item per alert' },
			{ name: 'Every Connection', value: 'all', description: 'The health of each connection: one item each' },
		],
	},
	...limitFields,
	...updateDisplayOptions({ show: { show: ['all'] } }, [simplifyField]),
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [providerField, tenantFilter('Only the connections of this tenant')],
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
				'How many consecutive abandoned runs raise an alert',
			),
			numberOption(
				'Rejected From (Records)',
				'rejectedFrom',
				10,
				'How many open rejected records of a connection raise an alert',
			),
			numberOption(
				'Stale After (Hours)',
				'staleAfter',
				24,
				'How many hours without a full success raise an alert',
			),
			numberOption(
				'Sync Every (Hours)',
				'syncEvery',
				6,
				'The same value as in Claim Due, to compute when a connection is due next',
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
			'The failed execution of this n8n, as an Error Trigger provides it. If empty, nothing is done.',
	},
	{
		displayName: 'Reason',
		name: 'reason',
		type: 'string',
		default: '={{ $json.execution?.error?.message }}',
		description: 'Failure reason, stored with the run',
	},
	{
		displayName: 'Error Name',
		name: 'errorName',
		type: 'string',
		default: '={{ $json.execution?.error?.name }}',
		description: 'Distinguishes an execution whose process crashed from one that a node stopped',
	},
	{
		displayName: 'Failed Node',
		name: 'failedNode',
		type: 'string',
		default: '={{ $json.execution?.lastNodeExecuted }}',
		description: 'The node that failed, stored with the run',
	},
	simplifyField,
];
