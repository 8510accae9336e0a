import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { UPLOAD } from '../providers/manual/upload';
import type { ProviderStream } from '../providers/provider';
import { providers, streams } from '../providers/registry';
import { forItems, inputField, tenantFields } from '../adapter/item-input';
import { uploadFields, uploadProvider, uploadStream } from './upload';

const provider: INodeProperties = {
	displayName: 'Provider',
	name: 'provider',
	type: 'options',
	default: UPLOAD,
	description: 'Where the records come from',
	options: [
		...Object.values(providers).map(({ key, displayName }) => ({
			name: displayName,
			value: key,
			description: `The items are raw records of ${displayName}, of n8n's own nodes or an HTTP Request node`,
		})),
		uploadProvider,
	],
};

const anyStream: INodeProperties = {
	displayName: 'Stream',
	name: 'stream',
	type: 'options',
	default: '',
	description: 'What kind of record it is',
	options: [],
};

/** A field of its own for each provider: its list is the streams of that one. */
const streamFields: INodeProperties[] = [...streams].flatMap(([key, ofProvider]) =>
	updateDisplayOptions({ show: { provider: [key] } }, [streamField(ofProvider)]),
);

function streamField(ofProvider: Readonly<Record<string, ProviderStream>>): INodeProperties {
	const options = Object.entries(ofProvider).map(
		([value, { displayName: name, rawRecord: description }]) => ({
			...{ name, value, description },
		}),
	);
	return { ...anyStream, default: options[0]?.value ?? '', options };
}

/** What a raw record does not say itself. */
const accountFields: INodeProperties[] = [
	{
		displayName: 'Account ID',
		name: 'accountId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. fe79f7dd-b6d4-4a92-ba7b-538af6289c58',
		description: 'The organisation’s ID at the provider, for Xero its tenant ID',
	},
	{
		displayName: 'Account Name',
		name: 'accountName',
		type: 'string',
		default: '',
		placeholder: 'e.g. Harbour Bakery Pty Ltd',
		description: 'What the client is called in the database. Without it, the account ID.',
	},
	{
		displayName: 'Account Time Zone',
		name: 'accountTimezone',
		type: 'string',
		default: '',
		placeholder: 'e.g. Australia/Sydney',
		description: 'Decides which month is the running one. Without it, UTC.',
	},
	{
		displayName: 'Account Currency',
		name: 'accountCurrency',
		type: 'string',
		default: 'AUD',
		required: true,
		placeholder: 'e.g. NZD',
		description: 'The currency that the books are kept in',
	},
	{
		displayName: 'Period',
		name: 'period',
		type: 'string',
		default: '',
		placeholder: 'e.g. 2026-06',
		description: 'The month of the record, where it has no field month itself',
	},
];

const recordsAt: INodeProperties[] = [
	{
		displayName: 'Records At',
		name: 'recordsAt',
		type: 'string',
		default: '',
		placeholder: 'e.g. data.months',
		description: 'Where the list of records stands in the item. Without it, the item is the record.',
	},
];

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Client Per',
			name: 'clientPer',
			type: 'options',
			default: 'account',
			description:
				"Whom a deal is about: whose figures it counts among. A change moves a deal's rows when it is read again.",
			options: [
				{
					name: 'Account',
					value: 'account',
					description: 'One client for all deals of a HubSpot portal or a Pipedrive company',
				},
				{
					name: 'Company',
					value: 'company',
					description:
						'A client for each company (in Pipedrive organization) that deals are about; those without one count among the account',
				},
			],
		},
		{
			displayName: 'Max Rate Age (Days)',
			name: 'maxRateAge',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 366 },
			default: 7,
			description:
				'How old the newest exchange rate may be, counted back from the end of the month or from today',
		},
		{
			displayName: 'Recompute Days',
			name: 'recomputeDays',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 366 },
			default: 35,
			description:
				'How many days of derived metrics are computed again from the records, ending with today. For metrics of Asana.',
		},
		{
			displayName: 'Reporting Currency',
			name: 'reportingCurrency',
			type: 'string',
			default: 'AUD',
			placeholder: 'e.g. AUD',
			description:
				'What all amounts are converted to. Changing it converts a row when its month is read again.',
		},
		{
			displayName: 'Section Map',
			name: 'sectionMap',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add section',
			default: {},
			description: 'Sections of a report that this node does not know, and what they count as',
			options: [
				{
					displayName: 'Sections',
					name: 'sections',
					values: [
						{
							displayName: 'Title',
							name: 'title',
							type: 'string',
							default: '',
							placeholder: 'e.g. Appropriations',
							description: 'As it stands in the report; upper and lower case are the same',
						},
						{
							displayName: 'Counts As',
							name: 'countsAs',
							type: 'options',
							default: 'expense',
							description: 'What its lines are added to',
							options: [
								{ name: 'Expense', value: 'expense' },
								{ name: 'Income', value: 'income' },
								{ name: 'Nothing', value: 'ignore' },
							],
						},
					],
				},
			],
		},
		{
			displayName: 'Stage Map',
			name: 'stageMap',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add stage',
			default: {},
			description: 'Stages of a pipeline of which HubSpot does not say what they mean, and what they do mean',
			options: [
				{
					displayName: 'Stages',
					name: 'stages',
					values: [
						{
							displayName: 'Stage',
							name: 'stage',
							type: 'string',
							default: '',
							placeholder: 'e.g. Contract signed',
							description:
								'Its name or ID at the provider; upper and lower case are the same. The name counts in every pipeline, the ID in one.',
						},
						{
							displayName: 'Means',
							name: 'means',
							type: 'options',
							default: 'active',
							description: 'What the deals are that stand in it',
							options: [
								{ name: 'Active', value: 'active' },
								{ name: 'Lost', value: 'lost' },
								{ name: 'Won', value: 'won' },
							],
						},
					],
				},
			],
		},
		{
			displayName: 'Stale After (Days)',
			name: 'staleAfter',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 3650 },
			default: 30,
			description:
				'After how many days without any activity an open deal is stale. Postgres Upsert marks those that grow stale without being changed.',
		},
	],
};

export const transformProperties: INodeProperties[] = [
	inputField('Raw records of your own, such as those of a file or an HTTP Request node: every field is data'),
	...forItems([
		provider,
		...streamFields,
		...uploadStream,
		...tenantFields,
		...updateDisplayOptions({ hide: { provider: [UPLOAD] } }, accountFields),
		...uploadFields,
		...updateDisplayOptions({ hide: { rowsFrom: ['file'] } }, recordsAt),
	]),
	options,
];
