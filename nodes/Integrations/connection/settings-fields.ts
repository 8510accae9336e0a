import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { providers } from '../../providers/registry';

export const basisField: INodeProperties = {
	displayName: 'Basis',
	name: 'basis',
	type: 'options',
	default: 'accrual',
	description: 'How the reports count income and expenses',
	options: [
		{ name: 'Accrual', value: 'accrual', description: 'When they are invoiced' },
		{ name: 'Cash', value: 'cash', description: 'When they are paid' },
	],
};

export const timezoneField: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timezone',
	type: 'string',
	default: '',
	placeholder: 'e.g. Australia/Sydney',
	description: 'Where the provider states none',
};

export const businessIdField: INodeProperties = {
	displayName: 'Business ID',
	name: 'businessId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 0f4b7d9c-1111-4222-8333-444455556666',
	description: 'The company file of a MYOB connection',
};

/** Every stream by its key, named with the providers that have it. */
function streamOptions(): INodePropertyOptions[] {
	const names = new Map<string, string[]>();
	for (const { displayName, streams } of Object.values(providers))
		for (const { key } of streams) names.set(key, [...(names.get(key) ?? []), displayName]);
	return [...names]
		.map(([value, of]) => ({ name: `${value} (${of.join(', ')})`, value }))
		.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const accountsField = (displayName: string, name: string): INodeProperties => ({
	displayName,
	name,
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: 'getAccounts', loadOptionsDependsOn: ['integrationId.value'] },
	default: [],
	description:
		'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
});

const streamsField = (displayName: string, name: string, description: string): INodeProperties => ({
	displayName,
	name,
	type: 'multiOptions',
	default: [],
	description,
	options: streamOptions(),
});

export const updateFields: INodeProperties = {
	displayName: 'Update Fields',
	name: 'updateFields',
	type: 'collection',
	placeholder: 'Add field',
	default: {},
	hint: 'The next sync goes by them. An empty text takes a setting away.',
	options: [
		basisField,
		businessIdField,
		accountsField('Disable Account Names or IDs', 'disableAccounts'),
		streamsField('Disable Streams', 'disableStreams', 'What is not read any more; its rows stay'),
		accountsField('Enable Account Names or IDs', 'enableAccounts'),
		streamsField('Enable Streams', 'enableStreams', 'What is read again, from where it stopped'),
		{
			displayName: 'History Start',
			name: 'historyStart',
			type: 'string',
			default: '',
			placeholder: 'e.g. 2024-07',
			description:
				'The first month that is read, as YYYY-MM. An earlier one than before reads what is missing.',
		},
		timezoneField,
	],
};

export const resetScope: INodeProperties = {
	displayName: 'Scope',
	name: 'scope',
	type: 'collection',
	placeholder: 'Add scope',
	default: {},
	hint: 'Without a scope all streams of all accounts are read from the beginning. No data is deleted.',
	options: [
		{
			displayName: 'Account Name or ID',
			name: 'accountId',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getAccounts', loadOptionsDependsOn: ['integrationId.value'] },
			default: '',
			description:
				'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
		{
			displayName: 'Stream',
			name: 'stream',
			type: 'options',
			default: 'monthlyFinancials',
			description: 'Only this stream',
			options: streamOptions(),
		},
	],
};
