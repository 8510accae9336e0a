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

/** Only accounts that are chosen are read. */
export const accountsReadField: INodeProperties = {
	displayName: 'Accounts',
	name: 'accounts',
	type: 'options',
	default: 'chosen',
	description: 'Which organisations, portals, files or workspaces are read',
	options: [
		{
			name: 'All That the Consent Reaches',
			value: 'consent',
			description:
				'What the provider itself names as this consent’s is added at each sync; Asana names none. What is switched off or given up stays so.',
		},
		{
			name: 'Chosen Ones',
			value: 'chosen',
			description: 'Those that are enabled; where there is only one account, it is entered by the first sync',
		},
	],
};

export const accountIdsField: INodeProperties = {
	displayName: 'Account IDs',
	name: 'accountIds',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1200000000000001, 1200000000000002',
	description:
		'The accounts to read, as the provider names them, with commas between them. Connection: Get Accounts lists them once it is connected.',
};

const accountsField = (displayName: string, name: string, loadOptionsMethod: string): INodeProperties => ({
	displayName,
	name,
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod, loadOptionsDependsOn: ['integrationId.value', 'provider'] },
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
		accountsReadField,
		basisField,
		businessIdField,
		accountsField('Disable Account Names or IDs', 'disableAccounts', 'getAccounts'),
		streamsField('Disable Streams', 'disableStreams', 'What is not read any more; its rows stay'),
		accountsField('Enable Account Names or IDs', 'enableAccounts', 'getAccountsToChoose'),
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
		{
			...accountsField('Release Account Names or IDs', 'releaseAccounts', 'getAccounts'),
			hint: 'They are given up: no longer read, and free for another tenant. Their data stays.',
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
