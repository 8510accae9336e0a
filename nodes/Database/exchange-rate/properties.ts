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
			description: 'Store rates of your own: items with base, quote, date and rate',
		},
		{
			name: 'Load',
			value: 'load',
			action: 'Load exchange rates',
			description: 'Fetch the reference rates that the data needs from a central bank',
		},
	],
};

const load: INodeProperties[] = [
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		default: 'ecb',
		description: 'Who publishes the rates',
		options: [
			{
				name: 'European Central Bank',
				value: 'ecb',
				description: 'Some 30 currencies for 1 euro, since 1999',
			},
			{
				name: 'Reserve Bank of Australia',
				value: 'rba',
				description:
					'Some 20 currencies for 1 Australian dollar, since 2023. It refuses the addresses of many data centres.',
			},
		],
	},
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
				description: 'What stands for the bank’s own address before the path. Without it, the bank itself.',
			},
			{
				displayName: 'Currencies',
				name: 'currencies',
				type: 'string',
				default: '',
				placeholder: 'e.g. NZD, USD',
				description:
					'Which currencies to load, or "all". Without it, those of the accounts, of records that were rejected for want of a rate, and those loaded before.',
			},
			{
				displayName: 'From',
				name: 'from',
				type: 'dateTime',
				default: '',
				description:
					'The first day to load. Without it, the history that the data needs, and then a week before the newest day that is stored.',
			},
			{
				displayName: 'Reporting Currency',
				name: 'reportingCurrency',
				type: 'string',
				default: 'AUD',
				placeholder: 'e.g. AUD',
				description: 'What amounts are converted to, as in Transform & Normalize',
			},
		],
	},
];

const importItems: INodeProperties[] = [
	{
		displayName:
			'Each item needs <code>base</code>, <code>quote</code> (currency codes), <code>date</code> (YYYY-MM-DD) and <code>rate</code>: how many units of quote 1 base is worth',
		name: 'importNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Source Name',
		name: 'rateSource',
		type: 'string',
		default: 'manual',
		description: 'Where the rates come from, for items that have no field source',
	},
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
