import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { limitFields } from '../../adapter/limit';
import { providerField } from '../../adapter/provider-field';
import { tenantIdFilter } from '../../adapter/fields';

const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		{ ...providerField, options: [...(providerField.options ?? []), { name: 'Upload', value: 'manual' }] },
		{
			displayName: 'Reason Code',
			name: 'reasonCode',
			type: 'string',
			default: '',
			placeholder: 'e.g. rate_missing',
			description: 'Only those that were refused for this reason',
		},
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			default: '',
			description: 'Only those that came then or later',
		},
		{
			displayName: 'Stage',
			name: 'stage',
			type: 'options',
			default: 'transform',
			description: 'Where they were refused',
			options: [
				{ name: 'Load', value: 'load', description: 'By the database' },
				{ name: 'Transform', value: 'transform', description: 'Before they became rows' },
			],
		},
		{
			displayName: 'Stream',
			name: 'stream',
			type: 'string',
			default: '',
			placeholder: 'e.g. monthlyFinancials',
			description: 'Only those of this stream',
		},
		tenantIdFilter('Only those of this tenant'),
	],
};

const getAll: INodeProperties[] = [
	{
		displayName: 'Show',
		name: 'show',
		type: 'options',
		default: 'open',
		description: 'Whether they are still in no table',
		options: [
			{ name: 'All', value: 'all' },
			{ name: 'Open', value: 'open', description: 'Not loaded yet' },
			{ name: 'Resolved', value: 'resolved', description: 'Loaded since' },
		],
	},
	...limitFields,
	filters,
	{
		displayName: 'Include Payload',
		name: 'includePayload',
		type: 'boolean',
		default: false,
		description: 'Whether to return the raw records too, as the provider sent them',
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
		description: 'Which of the open records are replayed',
		options: [
			{ name: 'All That Fit', value: 'filters', description: 'Those that the filters let through' },
			{ name: 'By ID', value: 'ids', description: 'Those that are named' },
		],
	},
	...shownForChoice('ids', [
		{
			displayName: 'Rejected Record IDs',
			name: 'rejectedRecordIds',
			type: 'string',
			default: '',
			placeholder: 'e.g. cmd1x2y3z0000abcd, cmd1x2y3z0001abcd',
			description: 'Separated by commas. Get Many lists them.',
		},
	]),
	...shownForChoice('filters', [...limitFields, filters]),
];

const showOnOperations = (operation: string, properties: INodeProperties[]): INodeProperties[] =>
	updateDisplayOptions({ show: { resource: ['rejectedRecord'], operation: [operation] } }, properties);

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
				description: 'List the records that are in no table, with the reasons',
			},
			{
				name: 'Replay',
				value: 'replay',
				action: 'Replay rejected records',
				description: 'Put them out again, for Transform & Normalize, Postgres Upsert and Finish',
			},
		],
	},
	...showOnOperations('getAll', getAll),
	...showOnOperations('replay', replay),
];
