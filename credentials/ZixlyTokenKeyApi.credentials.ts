import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

// The node Zixly Integrations tests it (`testedBy`), in a list that is built from the registry: the rule reads literals alone.
// eslint-disable-next-line @n8n/community-nodes/credential-test-required
export class ZixlyTokenKeyApi implements ICredentialType {
	name = 'zixlyTokenKeyApi';

	displayName = 'Zixly Token Key API';

	icon: Icon = { light: 'file:../icons/zixly.svg', dark: 'file:../icons/zixly.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/credentials/token-key.md';

	restrictToSupportedNodes = true as const;

	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName:
				'Anyone who can use this credential can read the tokens of every tenant. Keep it in a separate n8n project, and keep a copy of the key in your password manager: if the key is lost, every tenant has to reconnect.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Active Key ID',
			name: 'activeKeyId',
			type: 'string',
			default: '',
			placeholder: 'e.g. k2026-11',
			description:
				'A name of your choice for the key that encrypts new tokens: up to 32 letters, digits, "-" or "_"',
			required: true,
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- it opens every tenant's tokens
		{
			displayName: 'Active Key',
			name: 'activeKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'32 random bytes in base64. To create them run "openssl rand -base64 32"; for Windows PowerShell see the docs.',
			required: true,
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- they open what they sealed
		{
			displayName: 'Retired Keys',
			name: 'retiredKeys',
			type: 'string',
			typeOptions: { password: true, rows: 3 },
			default: '',
			description: 'Earlier keys, one ID:base64 per line. They only decrypt tokens that they encrypted.',
		},
		{
			displayName: 'Allowed Hosts',
			name: 'allowedHosts',
			type: 'string',
			default: '',
			placeholder: 'e.g. sandbox.example.com, proxy.example.com',
			description:
				"Hosts other than the providers' own that a stored token may be sent to, separated by commas. Leave empty unless you use a sandbox or a proxy.",
		},
	];
}
