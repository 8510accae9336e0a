import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class ZixlyPostgresApi implements ICredentialType {
	name = 'zixlyPostgresApi';

	displayName = 'Zixly Postgres API';

	icon: Icon = { light: 'file:../icons/zixly.svg', dark: 'file:../icons/zixly.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/credentials/postgres.md';

	restrictToSupportedNodes = true as const;

	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: 'localhost',
			placeholder: 'e.g. db.example.com',
			required: true,
		},
		{ displayName: 'Port', name: 'port', type: 'number', default: 5432, required: true },
		{
			displayName: 'Database',
			name: 'database',
			type: 'string',
			default: '',
			placeholder: 'e.g. zixly',
			required: true,
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			placeholder: 'e.g. zixly_n8n',
			description:
				'A login with the role zixly_worker. The login that migrates the schema is granted this role.',
			required: true,
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'TLS',
			name: 'tls',
			type: 'options',
			default: 'verify-full',
			options: [
				{
					name: 'Disable',
					value: 'disable',
					description: 'No encryption. Only for a server on this machine or in a private network.',
				},
				{
					name: 'Require',
					value: 'require',
					description:
						"Encrypted, but the server's certificate is not checked: an impostor could obtain the password",
				},
				{
					name: 'Verify Full',
					value: 'verify-full',
					description: "Encrypted, and the server's certificate and host name are checked",
				},
			],
		},
		{
			displayName: 'CA Certificate',
			name: 'ca',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			placeholder: 'e.g. -----BEGIN CERTIFICATE-----',
			description:
				"The certificate authority in PEM format, if the server's certificate is not signed by a public one. Hosting services offer it for download.",
			displayOptions: { show: { tls: ['verify-full'] } },
		},
		{
			displayName: 'Max Connections',
			name: 'maxConnections',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100 },
			default: 5,
			description:
				'How many connections one n8n process may open. The total of all n8n processes must not exceed the server’s limit.',
		},
	];
}
