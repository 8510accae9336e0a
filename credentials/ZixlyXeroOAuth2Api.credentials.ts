import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class ZixlyXeroOAuth2Api implements ICredentialType {
	name = 'zixlyXeroOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly Xero OAuth2 API';

	icon: Icon = { light: 'file:../icons/xero.svg', dark: 'file:../icons/xero.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/xero.md';

	properties: INodeProperties[] = [
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		// In the place of a field of n8n that is never shown here: a field of another name would come last.
		{
			displayName:
				'Only syncing tenants’ connections from the Zixly vault? Fill in Client ID and Client Secret; you need not connect. Connect only to sync your own organisation, with Authentication: Credential in n8n.',
			name: 'serverUrl',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'string',
			default: 'https://login.xero.com/identity/connect/authorize',
			required: true,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'string',
			default: 'https://identity.xero.com/connect/token',
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default:
				'openid profile email offline_access accounting.settings.read accounting.reports.profitandloss.read accounting.reports.banksummary.read',
			description:
				'Scopes separated by spaces. An app created before 2 March 2026 may need the broad scope accounting.reports.read instead of the last two.',
			required: true,
		},
		{
			displayName: 'API Base URL',
			name: 'apiBaseUrl',
			type: 'string',
			default: 'https://api.xero.com',
			description:
				'The origin, without a path. An origin other than Xero’s must be listed in Allowed Hosts of the Zixly Token Key credential.',
			required: true,
		},
		{ displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: '' },
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'header' },
	];
}
