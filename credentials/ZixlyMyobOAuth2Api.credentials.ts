import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class ZixlyMyobOAuth2Api implements ICredentialType {
	name = 'zixlyMyobOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly MYOB OAuth2 API';

	icon: Icon = { light: 'file:../icons/myob.svg', dark: 'file:../icons/myob.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/myob.md';

	properties: INodeProperties[] = [
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		// In the place of a field of n8n that is never shown here: a field of another name would come last.
		{
			displayName:
				'Only syncing tenants’ connections from the Zixly vault? Fill in Client ID and Client Secret; you need not connect. Connect only to sync your own company file, with Authentication: Credential in n8n.',
			name: 'serverUrl',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'string',
			default: 'https://secure.myob.com/oauth2/account/authorize',
			required: true,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'string',
			default: 'https://secure.myob.com/oauth2/v1/authorize',
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: 'sme-company-file sme-company-settings sme-general-ledger',
			description:
				'Scopes separated by spaces. A key created before 12 March 2025 may need the old scope CompanyFile instead.',
			required: true,
		},
		{
			displayName: 'API Base URL',
			name: 'apiBaseUrl',
			type: 'string',
			default: 'https://api.myob.com',
			description:
				'The origin, without a path. An origin other than MYOB’s must be listed in Allowed Hosts of the Zixly Token Key credential.',
			required: true,
		},
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'string',
			default: 'prompt=consent',
			description:
				'With prompt=consent, MYOB reports which company file was chosen. Clear this field if MYOB shows an error, as it does for some older files.',
		},
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
	];
}
