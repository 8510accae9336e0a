import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

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
				'Whoever may use this credential can read the tokens of every tenant. Keep it in an n8n project of its own, and a copy of the key in your password manager: without it every tenant has to connect again.',
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
			description: 'Names the key that seals new tokens: up to 32 letters, digits, "-" or "_"',
			required: true,
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- it opens every tenant's tokens
		{
			displayName: 'Active Key',
			name: 'activeKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: '32 random bytes in base64: "npx --package n8n-nodes-zixly zixly key generate" makes one',
			required: true,
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- they open what they sealed
		{
			displayName: 'Retired Keys',
			name: 'retiredKeys',
			type: 'string',
			typeOptions: { password: true, rows: 3 },
			default: '',
			description: 'Earlier keys, one ID:base64 a line; they only open what they once sealed',
		},
		{
			displayName: 'Allowed Hosts',
			name: 'allowedHosts',
			type: 'string',
			default: '',
			placeholder: 'e.g. sandbox.example.com, proxy.example.com',
			description:
				"Hosts besides the providers' own that a stored token may be sent to, separated by commas. Leave empty unless you use a sandbox or a proxy.",
		},
	];
}
