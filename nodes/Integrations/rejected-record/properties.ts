import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { showForOperations } from '../../adapter/operations';
import { limitFields } from '../../adapter/limit';
import { simplifyField } from '../../adapter/simplify';
import { streamOptions } from '../connection/settings-fields';
import { pickFrom, providerField, tenantFilter } from '../../adapter/fields';

const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		{ ...providerField, options: [...(providerField.options ?? []), { name: 'Upload', value: 'manual' }] },
		{
			displayName: 'Reason',
			name: 'reasonCode',
			...pickFrom('searchReasons', 'Code', 'e.g. rate_missing'),
			description: 'Only records that were rejected for this reason',
		},
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			default: '',
			description: 'Only records that were rejected then or later',
		},
		{
			displayName: 'Stage',
			name: 'stage',
			type: 'options',
			default: 'transform',
			description: 'Where the records were rejected',
			options: [
				{ name: 'Extract', value: 'extract', description: 'The provider did not return the record' },
				{ name: 'Load', value: 'load', description: 'The database rejected the rows' },
				{ name: 'Transform', value: 'transform', description: 'The record could not be turned into rows' },
			],
		},
		{
			displayName: 'Stream',
			name: 'stream',
			type: 'options',
			default: 'monthlyFinancials',
			description: 'Only records of this stream',
			options: streamOptions([{ provider: 'manual', key: 'customMetrics' }]),
		},
		tenantFilter('Only records of this tenant'),
	],
};

const getAll: INodeProperties[] = [
	{
		displayName: 'Show',
		name: 'show',
		type: 'options',
		default: 'open',
		description: 'Whether the record has been loaded since',
		options: [
			{ name: 'All', value: 'all' },
			{ name: 'Open', value: 'open', description: 'Not loaded yet' },
			{ name: 'Resolved', value: 'resolved', description: 'Loaded since' },
		],
	},
	...limitFields,
	simplifyField,
	filters,
	{
		displayName: 'Include Payload',
		name: 'includePayload',
		type: 'boolean',
		default: false,
		description: 'Whether to also return the raw records as the provider sent them',
	},
];

const shownForChoice = (choose: string, properties: INodeProperties[]): INodeProperties[] =>
	updateDisplayOptions({ show: { choose: [choose] } }, properties);

const replay: INodeProperties[] = [
	{
		displayName: 'Records',
		name: 'choose',
		type: 'options',
		default: 'filters',
		description: 'Which of the open records to replay',
		options: [
			{ name: 'All Matching', value: 'filters', description: 'Records that match the filters' },
			{ name: 'Chosen', value: 'ids', description: 'Records chosen from a list, or by their IDs' },
		],
	},
	...shownForChoice('ids', [
		{
			displayName: 'Rejected Record Names or IDs',
			name: 'rejectedRecordIds',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getOpenRejected' },
			default: [],
			required: true,
			description:
				'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
	]),
	...shownForChoice('filters', [...limitFields, filters]),
];

export const rejectedRecordProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['rejectedRecord'] } },
		default: 'getAll',
		options: [
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many rejected records',
				description: 'List the records that were not stored, with the reasons',
			},
			{
				name: 'Replay',
				value: 'replay',
				action: 'Replay rejected records',
				description: 'Output rejected records again, for Transform & Normalize, Postgres Upsert and Finish',
			},
		],
	},
	...showForOperations('rejectedRecord', ['getAll'], getAll),
	...showForOperations('rejectedRecord', ['replay'], replay),
];
