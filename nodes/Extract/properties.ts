import type { INodeProperties } from 'n8n-workflow';

import { providerField } from '../adapter/provider-field';

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
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		default: 'sync',
		options: [
			{
				name: 'Backfill',
				value: 'backfill',
				description: 'Read all of a range of days again; where the next sync goes on stays as it is',
			},
			{
				name: 'Preview',
				value: 'preview',
				description: 'Read the first records for a look; nothing is stored and nothing moves',
			},
			{ name: 'Sync', value: 'sync', description: 'Read what is new or has changed since the last time' },
		],
	},
	{
		displayName: 'From',
		name: 'from',
		type: 'dateTime',
		typeOptions: { dateOnly: true },
		default: '',
		required: true,
		description: 'The first day to read, in the time zone of the account',
		displayOptions: { show: { mode: ['backfill'] } },
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'dateTime',
		typeOptions: { dateOnly: true },
		default: '',
		required: true,
		description: 'The last day to read, in the time zone of the account',
		displayOptions: { show: { mode: ['backfill'] } },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { mode: ['preview'] } },
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
					'The first month to read, as year and month. Without it accounting reads the running month and the 12 before, and the others everything.',
			},
			{
				displayName: 'Max Minutes',
				name: 'maxMinutes',
				type: 'number',
				typeOptions: { minValue: 0.1, maxValue: 1440, numberPrecision: 1 },
				default: 10,
				description:
					'How long this node may read, for all connections together. What is left is read by the next run, at once.',
			},
			{
				displayName: 'Max Records',
				name: 'maxRecords',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 1000000 },
				default: 5000,
				description:
					'About how many records to read, for all connections together; n8n keeps them in memory. What is left is read by the next run, at once.',
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
