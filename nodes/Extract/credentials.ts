import type { INodeCredentialDescription } from 'n8n-workflow';

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
