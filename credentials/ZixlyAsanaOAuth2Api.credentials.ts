import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class ZixlyAsanaOAuth2Api implements ICredentialType {
	name = 'zixlyAsanaOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly Asana OAuth2 API';

	icon: Icon = { light: 'file:../icons/asana.svg', dark: 'file:../icons/asana.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/asana.md';

	properties: INodeProperties[] = [
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		// In the place of a field of n8n that is never shown here: a field of another name would come last.
		{
			displayName:
				'Only syncing tenants’ connections from the Zixly vault? Fill in Client ID and Client Secret; you need not connect. Connect only to sync your own workspaces, with Authentication: Credential in n8n.',
			name: 'serverUrl',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'string',
			default: 'https://app.asana.com/-/oauth_authorize',
			required: true,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'string',
			default: 'https://app.asana.com/-/oauth_token',
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: 'workspaces:read projects:read tasks:read',
			description:
				'Scopes separated by spaces. Enable each of them for the app in Asana’s developer console, too. For an app with full permissions, enter "default".',
			required: true,
		},
		{
			displayName: 'API Base URL',
			name: 'apiBaseUrl',
			type: 'string',
			default: 'https://app.asana.com',
			description:
				'The origin, without a path. An origin other than Asana’s must be listed in Allowed Hosts of the Zixly Token Key credential.',
			required: true,
		},
		{ displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: '' },
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
	];
}
