import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { paths } from '../nodes/providers/hubspot/paths';

export class ZixlyHubSpotOAuth2Api implements ICredentialType {
	name = 'zixlyHubSpotOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly HubSpot OAuth2 API';

	icon: Icon = { light: 'file:../icons/hubspot.svg', dark: 'file:../icons/hubspot.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/hubspot.md';

	properties: INodeProperties[] = [
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		// In the place of a field of n8n that is never shown here: a field of another name would come last.
		{
			displayName:
				'Only syncing tenants’ connections from the Zixly vault? Fill in Client ID and Client Secret; you need not connect. Connect only to sync your own portal, with Authentication: Credential in n8n.',
			name: 'serverUrl',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'string',
			default: 'https://app.hubspot.com/oauth/authorize',
			required: true,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'string',
			default: `https://api.hubapi.com${paths.token}`,
			required: true,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'string',
			default: 'oauth crm.objects.deals.read crm.objects.companies.read crm.schemas.deals.read',
			description:
				'Scopes separated by spaces. The HubSpot app must request the same scopes. All are read-only.',
			required: true,
		},
		{
			displayName: 'API Base URL',
			name: 'apiBaseUrl',
			type: 'string',
			default: 'https://api.hubapi.com',
			description:
				'The origin, without a path. An origin other than HubSpot’s must be listed in Allowed Hosts of the Zixly Token Key credential.',
			required: true,
		},
		{ displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: '' },
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
	];
}
