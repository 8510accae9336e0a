import type { INodeProperties } from 'n8n-workflow';

import { providerField } from '../shared/n8n/provider-field';

export const extractProperties: INodeProperties[] = [
	providerField,
	{
		displayName: 'Authentication',
		name: 'authentication',
		type: 'options',
		default: 'storedIntegration',
		description: 'Where the token of a connection comes from; Claim Due must say the same',
		options: [
			{
				name: 'Stored Integration',
				value: 'storedIntegration',
				description: 'Of every tenant, from the encrypted vault in the database',
			},
			{
				name: 'N8n Credential',
				value: 'n8nCredential',
				description: 'Of one connection, from the credential that you connected in n8n',
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
				displayName: 'Day Budget Share (%)',
				name: 'dayBudgetShare',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 100 },
				default: 80,
				description:
					'How much of the calls that the provider allows for an organisation in a day this n8n process may use. Other apps may need the rest.',
			},
			{
				displayName: 'History Start',
				name: 'historyStart',
				type: 'string',
				default: '',
				placeholder: 'e.g. 2024-07',
				description:
					'The first month to read, as year and month. Without it the running month and the 12 before are read.',
			},
			{
				displayName: 'Request Timeout (Seconds)',
				name: 'requestTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 300 },
				default: 60,
				description: 'How long one call may take before it is tried again',
			},
		],
	},
];
