import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

import { providers } from '../providers/registry';
import { DEFAULT_COLOUR } from './serve/settings';

/** The database and the key for the tokens; of the providers, those that tenants are to connect. */
export const connectCredentials: INodeCredentialDescription[] = [
	{
		name: 'zixlyPostgresApi',
		displayName: 'Zixly Postgres',
		required: true,
		testedBy: 'postgresConnection',
	},
	{ name: 'zixlyTokenKeyApi', displayName: 'Zixly Token Key', required: true, testedBy: 'tokenKeyRing' },
	...Object.values(providers).map(({ displayName, credential }) => ({
		name: credential,
		displayName: `Zixly ${displayName}`,
		required: false,
	})),
];

export const connectProperties: INodeProperties[] = [
	{
		displayName:
			'The production URLs above are the address of the pages and, for each provider, the redirect URI to register there. Tenants open the pages with a link: create one with the operation Connection: Create Link.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Operator Name',
		name: 'operatorName',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. Harbour Advisory',
		description: 'The name that tenants know you by. It is on every page.',
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		default: 'zixly-connect',
		required: true,
		placeholder: 'e.g. zixly-connect',
		description:
			'The path of the pages. If you change it, links that were sent no longer work, and every redirect URI has to be registered again.',
	},
	{
		displayName: 'Approve First Connection',
		name: 'approveFirst',
		type: 'boolean',
		default: false,
		description:
			'Whether nothing is read of a first connection until you release it with Connection: Enable. Protects from a link that reached the wrong person.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Colour',
				name: 'colour',
				type: 'color',
				default: DEFAULT_COLOUR,
				description:
					'The colour of buttons and links. It is darkened or lightened where it could not be read.',
			},
			{
				displayName: 'Logo URL',
				name: 'logoUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/logo.png',
				description: 'The https address of an image, shown at most 48 pixels high',
			},
			{
				displayName: 'Purpose',
				name: 'purpose',
				type: 'string',
				typeOptions: { rows: 3 },
				default: '',
				placeholder: 'e.g. We use it for your monthly report and for nothing else.',
				description: 'Why you read the data, in your words. Shown before the tenant goes to the provider.',
			},
			{
				displayName: 'Return Origins',
				name: 'returnOrigins',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://app.example.com',
				description:
					'Origins that tenants may be led back to, separated by commas. Add &return= with an address to a link: the last page then has a button that leads there, with the outcome in the parameter status.',
			},
			{
				displayName: 'Support Address',
				name: 'supportAddress',
				type: 'string',
				default: '',
				placeholder: 'e.g. help@example.com',
				description: 'Where tenants ask for help: a mail address or an https address. It is on every page.',
			},
		],
	},
];
