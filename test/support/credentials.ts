import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { DatabaseSettings } from '../../db/connection';
import type { KeyRingFields } from '../../db/key-ring';

/** A credential in plain text, in the shape that n8n's `import:credentials` reads. */
export interface StoredCredential {
	id: string;
	name: string;
	type: string;
	data: ICredentialDataDecryptedObject;
}

export interface CredentialInputs {
	database: DatabaseSettings;
	key: KeyRingFields;
	sandboxUrl: string;
}

const madeUp = (what: string) => `made-up-${what}-1`;

/** Registered with the sandbox's identity server, which takes any; made up, so that a scan for it means something. */
export const XERO_APPLICATION = { clientId: madeUp('client-id'), clientSecret: madeUp('client-secret') };

/** The credentials that the bundled workflows name, by their fixed ids, pointed at a database and a sandbox. */
export function bundledCredentials({ database, key, sandboxUrl }: CredentialInputs): StoredCredential[] {
	return [
		{
			id: 'zixlyPostgres',
			name: 'Zixly Postgres',
			type: 'zixlyPostgresApi',
			data: { ...database, ca: database.ca ?? '', maxConnections: database.maxConnections ?? 5 },
		},
		{
			id: 'zixlyTokenKey',
			name: 'Zixly Token Key',
			type: 'zixlyTokenKeyApi',
			data: { ...key, retiredKeys: key.retiredKeys ?? '', allowedHosts: new URL(sandboxUrl).host },
		},
		{
			id: 'zixlyXero',
			name: 'Zixly Xero',
			type: 'zixlyXeroOAuth2Api',
			data: {
				...XERO_APPLICATION,
				grantType: 'authorizationCode',
				authUrl: `${sandboxUrl}/identity/connect/authorize`,
				accessTokenUrl: `${sandboxUrl}/identity/connect/token`,
				apiBaseUrl: sandboxUrl,
				authQueryParameters: '',
				authentication: 'header',
			},
		},
	];
}
