import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { describeOAuth2Fields } from '../nodes/adapter/oauth2-fields';

export class ZixlyAsanaOAuth2Api implements ICredentialType {
	name = 'zixlyAsanaOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly Asana OAuth2 API';

	icon: Icon = { light: 'file:../icons/asana.svg', dark: 'file:../icons/asana.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/asana.md';

	properties: INodeProperties[] = describeOAuth2Fields({
		provider: 'Asana',
		account: 'workspaces',
		authUrl: 'https://app.asana.com/-/oauth_authorize',
		accessTokenUrl: 'https://app.asana.com/-/oauth_token',
		apiBaseUrl: 'https://app.asana.com',
		authentication: 'body',
		scopes: {
			preset: 'workspaces:read projects:read tasks:read',
			description:
				'Scopes separated by spaces. Enable each of them for the app in Asana’s developer console, too. For an app with full permissions, enter "default".',
		},
	});
}
