import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { DatabaseSettings } from '../../db/connection';
import type { KeyRingFields } from '../../db/key-ring';
import type { Sandbox } from '../sandbox';

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
	sandbox: Sandbox;
}

/** The credentials that the bundled workflows name, by their fixed ids, pointed at a database and a sandbox. */
export function bundledCredentials({ database, key, sandbox }: CredentialInputs): StoredCredential[] {
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
			data: { ...key, retiredKeys: key.retiredKeys ?? '', allowedHosts: new URL(sandbox.url).host },
		},
		{
			id: 'zixlyXero',
			name: 'Zixly Xero',
			type: 'zixlyXeroOAuth2Api',
			data: {
				...sandbox.xero.client,
				grantType: 'authorizationCode',
				authUrl: `${sandbox.url}/identity/connect/authorize`,
				accessTokenUrl: `${sandbox.url}/identity/connect/token`,
				apiBaseUrl: sandbox.url,
				authQueryParameters: '',
				authentication: 'header',
			},
		},
	];
}
