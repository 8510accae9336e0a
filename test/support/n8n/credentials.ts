import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { DatabaseSettings } from '../../../db/postgres/pool';
import type { KeyRingFields } from '../../../db/vault/key-ring';
import type { ProviderDefinition } from '../../../nodes/engine/contract/provider';
import { providers } from '../../../nodes/providers/registry';
import { serviceOf, type Sandbox } from '../../sandbox';

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
		...Object.values(providers)
			.filter(({ key }) => sandbox.services.some((service) => service.key === key))
			.map((definition) => applicationCredential(definition, sandbox)),
	];
}

/** The credential of the application that the sandbox of a provider knows. */
function applicationCredential(
	{ key, displayName, credential }: ProviderDefinition,
	sandbox: Sandbox,
): StoredCredential {
	const { client, endpoints } = serviceOf(sandbox, key);
	return {
		id: credential.replace('OAuth2Api', ''),
		name: `Zixly ${displayName}`,
		type: credential,
		data: {
			...client,
			customAddresses: true,
			customAuthUrl: endpoints.authUrl,
			customAccessTokenUrl: endpoints.accessTokenUrl,
			apiBaseUrl: endpoints.apiBaseUrl,
		},
	};
}
