import { simplifyField } from '../../adapter/simplify';
import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	default: 'load',
	options: [
		{
			name: 'Import',
			value: 'import',
			action: 'Import exchange rates',
			description: 'Store your own rates from items with base, quote, date and rate',
		},
		{
			name: 'Load',
			value: 'load',
			action: 'Load exchange rates',
			description: 'Load the reference rates that the data needs from a central bank',
		},
	],
};

const load: INodeProperties[] = [
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		default: 'ecb',
		description: 'The bank that publishes the rates',
		options: [
			{
				name: 'European Central Bank',
				value: 'ecb',
				description: 'About 30 currencies against the euro, since 1999',
			},
			{
				name: 'Reserve Bank of Australia',
				value: 'rba',
				description:
					'About 20 currencies against the Australian dollar, since 2023. Blocks the addresses of many data centres.',
			},
		],
	},
	simplifyField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Base URL',
				name: 'baseUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://proxy.example.com/ecb',
				description:
					'The address to use instead of the bank’s own, before the path. If empty, the bank is called directly.',
			},
			{
				displayName: 'Currencies',
				name: 'currencies',
				type: 'string',
				default: '',
				placeholder: 'e.g. NZD, USD',
				description:
					'Which currencies to load, or "all". If empty, those of the accounts, those of records rejected for a missing rate, and those loaded before.',
			},
			{
				displayName: 'From',
				name: 'from',
				type: 'dateTime',
				default: '',
				description:
					'The first day to load. If empty, the history that the data needs, and later from a week before the newest stored day.',
			},
			{
				displayName: 'Reporting Currency',
				name: 'reportingCurrency',
				type: 'string',
				default: 'AUD',
				placeholder: 'e.g. AUD',
				description: 'The currency that amounts are converted to, as in Transform & Normalize',
			},
		],
	},
];

const importItems: INodeProperties[] = [
	{
		displayName:
			'Each item needs <code>base</code>, <code>quote</code> (currency codes), <code>date</code> (YYYY-MM-DD) and <code>rate</code>: the number of units of quote for 1 unit of base',
		name: 'importNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Source Name',
		name: 'rateSource',
		type: 'string',
		default: 'manual',
		description: 'Where the rates come from, for items without a field "source"',
	},
	simplifyField,
];

/** The operations on exchange rates. */
export const exchangeRateProperties: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['exchangeRate'] } },
	[
		operation,
		...updateDisplayOptions({ show: { operation: ['load'] } }, load),
		...updateDisplayOptions({ show: { operation: ['import'] } }, importItems),
	],
);
