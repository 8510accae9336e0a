import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { paths } from '../nodes/providers/hubspot/paths';
import { describeOAuth2Fields } from '../nodes/adapter/oauth2-fields';

export class ZixlyHubSpotOAuth2Api implements ICredentialType {
	name = 'zixlyHubSpotOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly HubSpot OAuth2 API';

	icon: Icon = { light: 'file:../icons/hubspot.svg', dark: 'file:../icons/hubspot.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/hubspot.md';

	properties: INodeProperties[] = describeOAuth2Fields({
		provider: 'HubSpot',
		account: 'portal',
		authUrl: 'https://app.hubspot.com/oauth/authorize',
		accessTokenUrl: `https://api.hubapi.com${paths.token}`,
		apiBaseUrl: 'https://api.hubapi.com',
		authentication: 'body',
		scopes: {
			preset: 'oauth crm.objects.deals.read crm.objects.companies.read crm.schemas.deals.read',
			description:
				'Scopes separated by spaces. The HubSpot app must request the same scopes. All are read-only.',
		},
	});
}
