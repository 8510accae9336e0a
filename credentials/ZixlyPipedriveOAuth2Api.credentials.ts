import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class ZixlyPipedriveOAuth2Api implements ICredentialType {
	name = 'zixlyPipedriveOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly Pipedrive OAuth2 API';

	icon: Icon = { light: 'file:../icons/pipedrive.svg', dark: 'file:../icons/pipedrive.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/pipedrive.md';

	properties: INodeProperties[] = [
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		// In the place of a field of n8n that is never shown here: a field of another name would come last.
		{
			displayName:
				'Only syncing tenants’ connections from the Zixly vault? Fill in Client ID and Client Secret; you need not connect. Connect only to sync your own company, with Authentication: Credential in n8n.',
			name: 'serverUrl',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'string',
			default: 'https://oauth.pipedrive.com/oauth/authorize',
			required: true,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'string',
			default: 'https://oauth.pipedrive.com/oauth/token',
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: '',
			description:
				'Leave empty: Pipedrive uses the scopes of the app. In the Developer Hub, under OAuth & Access Scopes, select read access to deals, contacts and recents.',
		},
		{
			displayName: 'API Base URL',
			name: 'apiBaseUrl',
			type: 'string',
			default: 'https://api.pipedrive.com',
			description:
				'Leave unchanged: each company is called at its own address, which comes with its token. An address entered here takes precedence for all companies, and must be listed in Allowed Hosts of the Zixly Token Key credential.',
			required: true,
		},
		{ displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: '' },
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'header' },
	];
}
