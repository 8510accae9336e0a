import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

import { UPLOAD } from '../providers/manual';
import type { ProviderStream } from '../providers/provider';
import { providers, streams } from '../providers/registry';
import { forItems, inputField, tenantFields } from '../adapter/item-input';
import { pickFrom } from '../adapter/fields';
import { PROVIDERS_WITH_CURRENCY } from './parameters';
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
			description: `The items are raw records of ${displayName}, from n8n's own nodes or an HTTP Request node`,
		})),
		uploadProvider,
	],
};

const anyStream: INodeProperties = {
	displayName: 'Stream',
	name: 'stream',
	type: 'options',
	default: '',
	description: 'The kind of records in the items',
	options: [],
};

/** A separate field per provider, which lists that provider's streams. */
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

/** What a raw record does not contain. */
const accountFields: INodeProperties[] = [
	{
		displayName: 'Account ID',
		name: 'accountId',
		...pickFrom('searchAccounts', 'ID', 'e.g. fe79f7dd-b6d4-4a92-ba7b-538af6289c58'),
		required: true,
		description: 'The account at the provider. For Xero, its ID is the tenant ID.',
	},
	{
		displayName: 'Account Name',
		name: 'accountName',
		type: 'string',
		default: '',
		placeholder: 'e.g. Harbour Bakery Pty Ltd',
		description: 'The name of the client in the database. If empty, the account ID is used.',
	},
	{
		displayName: 'Account Time Zone',
		name: 'accountTimezone',
		type: 'string',
		default: '',
		placeholder: 'e.g. Australia/Sydney',
		description: 'Determines which month is the current one. If empty, UTC is used.',
	},
	{
		displayName: 'Account Currency',
		name: 'accountCurrency',
		type: 'string',
		default: 'AUD',
		required: true,
		placeholder: 'e.g. NZD',
		description: 'The base currency of the account',
		displayOptions: { show: { provider: [...PROVIDERS_WITH_CURRENCY] } },
	},
	{
		displayName: 'Period',
		name: 'period',
		type: 'string',
		default: '',
		placeholder: 'e.g. 2026-06',
		description: 'The month of the record, used if it has no field "month"',
		displayOptions: { show: { provider: ['xero', 'myob'] } },
	},
];

const recordsAt: INodeProperties[] = [
	{
		displayName: 'Records At',
		name: 'recordsAt',
		type: 'string',
		default: '',
		placeholder: 'e.g. data.months',
		description: 'The path to the list of records in the item. If empty, the item itself is the record.',
	},
];

/**
 * Shows an option for items of these providers, and for messages, which may be of any. In two variants, since n8n has no
 * "or" between two fields, and drops the value of an option that it hides.
 */
const forProviders = (keys: string[], option: INodeProperties): INodeProperties[] => [
	{ ...option, displayOptions: { show: { '/input': ['messages'] } } },
	{ ...option, displayOptions: { show: { '/input': ['items'], '/provider': keys } } },
];

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		...forProviders(['hubspot', 'pipedrive'], {
			displayName: 'Client Per',
			name: 'clientPer',
			type: 'options',
			default: 'account',
			description:
				"The client that a deal counts towards. After a change, a deal's rows move when the deal is read again.",
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
						'One client for each company (Pipedrive: organization); deals without one count towards the account',
				},
			],
		}),
		...forProviders(['xero', 'myob', 'hubspot', 'pipedrive'], {
			displayName: 'Max Rate Age (Days)',
			name: 'maxRateAge',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 366 },
			default: 7,
			description:
				'How old the newest exchange rate may be, counting back from the end of the month or from today',
		}),
		...forProviders(['asana'], {
			displayName: 'Recompute Days',
			name: 'recomputeDays',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 366 },
			default: 35,
			description: 'How many days of derived metrics to recompute from the records, up to today',
		}),
		...forProviders(['xero', 'myob', 'hubspot', 'pipedrive'], {
			displayName: 'Reporting Currency',
			name: 'reportingCurrency',
			type: 'string',
			default: 'AUD',
			placeholder: 'e.g. AUD',
			description:
				'The currency that all amounts are converted to. After a change, a row is converted when its month is read again.',
		}),
		...forProviders(['xero', 'myob'], {
			displayName: 'Section Map',
			name: 'sectionMap',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add section',
			default: {},
			description: 'Maps report sections that this node does not know to what they count as',
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
							description: 'The title as it appears in the report; case is ignored',
						},
						{
							displayName: 'Counts As',
							name: 'countsAs',
							type: 'options',
							default: 'expense',
							description: 'What the lines of the section are added to',
							options: [
								{ name: 'Expense', value: 'expense' },
								{ name: 'Income', value: 'income' },
								{ name: 'Nothing', value: 'ignore' },
							],
						},
					],
				},
			],
		}),
		...forProviders(['hubspot'], {
			displayName: 'Stage Map',
			name: 'stageMap',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add stage',
			default: {},
			description: 'Maps pipeline stages to a status when HubSpot does not state it',
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
								'Name or ID of the stage at the provider; case is ignored. A name applies to every pipeline, an ID to one.',
						},
						{
							displayName: 'Means',
							name: 'means',
							type: 'options',
							default: 'active',
							description: 'Status of deals in this stage',
							options: [
								{ name: 'Active', value: 'active' },
								{ name: 'Lost', value: 'lost' },
								{ name: 'Won', value: 'won' },
							],
						},
					],
				},
			],
		}),
		...forProviders(['hubspot', 'pipedrive'], {
			displayName: 'Stale After (Days)',
			name: 'staleAfter',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 3650 },
			default: 30,
			description:
				'After how many days without activity an open deal is stale. Postgres Upsert also marks deals that become stale without a change.',
		}),
	],
};

export const transformProperties: INodeProperties[] = [
	inputField('Your own raw records, for example from a file or an HTTP Request node: every field is data'),
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
