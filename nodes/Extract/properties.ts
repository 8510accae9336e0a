import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

import { authenticationField } from '../adapter/authentication';
import { providerField } from '../adapter/fields';
import { describeProviderCredentials } from '../adapter/provider-credentials';

export const extractCredentials: INodeCredentialDescription[] = [
	{
		name: 'zixlyPostgresApi',
		displayName: 'Zixly Postgres',
		required: true,
		testedBy: 'postgresConnection',
	},
	...describeProviderCredentials(true, { authentication: ['n8nCredential'] }),
];

export const extractProperties: INodeProperties[] = [
	providerField,
	authenticationField(
		'stored',
		{
			stored: 'Tokens of all tenants, in the encrypted vault in the database',
			n8n: 'The token of one connection, in the credential that you connected in n8n',
		},
		'Where the token of a connection is kept. Choose the same in Claim Due.',
	),
	{
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		default: 'sync',
		options: [
			{
				name: 'Backfill',
				value: 'backfill',
				description: 'Read a range of days again; does not change where the next sync resumes',
			},
			{
				name: 'Preview',
				value: 'preview',
				description: 'Fetch a sample; nothing is stored and no state changes',
			},
			{ name: 'Sync', value: 'sync', description: 'Read what is new or has changed since the last sync' },
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
					'How much of the provider’s daily call limit for an account this n8n process may use. The rest is left for other apps.',
			},
			{
				displayName: 'History Start',
				name: 'historyStart',
				type: 'string',
				default: '',
				placeholder: 'e.g. 2024-07',
				description:
					'The first month to read, as YYYY-MM. If empty, accounting streams read the current month and the 12 before it, other streams everything.',
			},
			{
				displayName: 'Max Minutes',
				name: 'maxMinutes',
				type: 'number',
				typeOptions: { minValue: 0.1, maxValue: 1440, numberPrecision: 1 },
				default: 10,
				description:
					'How long this node may read, for all connections together. The rest is read by the next run, which is due at once.',
			},
			{
				displayName: 'Max Records',
				name: 'maxRecords',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 1000000 },
				default: 5000,
				description:
					'Approximate number of records to read, for all connections together, since n8n keeps them in memory. The rest is read by the next run, which is due at once.',
			},
			{
				displayName: 'Request Timeout (Seconds)',
				name: 'requestTimeout',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 300 },
				default: 60,
				description: 'How long one call may take before it is retried',
			},
		],
	},
];
