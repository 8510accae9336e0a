import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { getProviderName, getStreamName, providers } from '../../providers/registry';

/** Shows an option only for these providers, by the field Provider of the node. */
const forProviders = (...keys: string[]): Pick<INodeProperties, 'displayOptions'> => ({
	displayOptions: { show: { '/provider': keys } },
});

export const basisField: INodeProperties = {
	displayName: 'Basis',
	name: 'basis',
	type: 'options',
	default: 'accrual',
	description: 'When the reports count income and expenses',
	...forProviders('xero', 'myob'),
	options: [
		{ name: 'Accrual', value: 'accrual', description: 'Count income and expenses when they are invoiced' },
		{ name: 'Cash', value: 'cash', description: 'Count income and expenses when they are paid' },
	],
};

export const timezoneField: INodeProperties = {
	displayName: 'Time Zone',
	name: 'timezone',
	type: 'string',
	default: '',
	placeholder: 'e.g. Australia/Sydney',
	description: 'Used when the provider does not report a time zone',
	...forProviders('myob', 'asana'),
};

export const businessIdField: INodeProperties = {
	displayName: 'Business ID',
	name: 'businessId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 0f4b7d9c-1111-4222-8333-444455556666',
	description: 'The company file of a MYOB connection',
	...forProviders('myob'),
};

interface StreamOf {
	provider: string;
	key: string;
}

/** Every stream by its key, labelled with the providers that have it. @param more streams of no provider's API */
export function streamOptions(more: readonly StreamOf[] = []): INodePropertyOptions[] {
	const own = Object.values(providers).flatMap(({ key: provider, streams }) =>
		streams.map(({ key }) => ({ provider, key })),
	);
	const byKey = new Map<string, StreamOf[]>();
	for (const one of [...own, ...more]) byKey.set(one.key, [...(byKey.get(one.key) ?? []), one]);
	return [...byKey]
		.map(([value, of]) => ({ name: labelStream(of), value }))
		.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function labelStream(of: readonly StreamOf[]): string {
	const names = of.map(({ provider }) => getProviderName(provider)).join(', ');
	return `${getStreamName(of[0]!.provider, of[0]!.key)} (${names})`;
}

export const accountsReadField: INodeProperties = {
	displayName: 'Accounts',
	name: 'accounts',
	type: 'options',
	default: 'chosen',
	description: 'Which organisations, portals, files or workspaces are read',
	options: [
		{
			name: 'All the Consent Covers',
			value: 'consent',
			description:
				'Each sync adds the accounts that the provider reports for this consent; Asana reports none. Disabled and released accounts stay so.',
		},
		{
			name: 'Only Chosen',
			value: 'chosen',
			description: 'Only enabled accounts. If there is just one account, the first sync enables it.',
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
		'IDs of the accounts to read, separated by commas. Once connected, Connection: Get Accounts lists them.',
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
	hint: 'Takes effect with the next sync. Leave a value empty to clear the setting.',
	options: [
		accountsReadField,
		basisField,
		businessIdField,
		accountsField('Disable Account Names or IDs', 'disableAccounts', 'getAccounts'),
		streamsField('Disable Streams', 'disableStreams', 'Streams to stop reading; their rows stay'),
		accountsField('Enable Account Names or IDs', 'enableAccounts', 'getAccountsToChoose'),
		streamsField('Enable Streams', 'enableStreams', 'Streams to read again, from where they stopped'),
		{
			displayName: 'History Start',
			name: 'historyStart',
			type: 'string',
			default: '',
			placeholder: 'e.g. 2024-07',
			description:
				'The first month to read, as YYYY-MM. With an earlier month than before, the missing months are read.',
		},
		{
			...accountsField('Release Account Names or IDs', 'releaseAccounts', 'getAccounts'),
			hint: 'Released accounts are no longer read and become free for another tenant. Their data stays.',
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
	hint: 'Without a scope, all streams of all accounts are read from the beginning. No data is deleted.',
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
