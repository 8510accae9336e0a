import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { describeOAuth2Fields } from '../nodes/adapter/oauth2-fields';

export class ZixlyXeroOAuth2Api implements ICredentialType {
	name = 'zixlyXeroOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly Xero OAuth2 API';

	icon: Icon = { light: 'file:../icons/xero.svg', dark: 'file:../icons/xero.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/xero.md';

	properties: INodeProperties[] = describeOAuth2Fields({
		provider: 'Xero',
		account: 'organisation',
		authUrl: 'https://login.xero.com/identity/connect/authorize',
		accessTokenUrl: 'https://identity.xero.com/connect/token',
		apiBaseUrl: 'https://api.xero.com',
		authentication: 'header',
		scopes: {
			preset:
				'openid profile email offline_access accounting.settings.read accounting.reports.profitandloss.read accounting.reports.banksummary.read',
			description:
				'Scopes separated by spaces. An app created before 2 March 2026 may need the broad scope accounting.reports.read instead of the last two.',
		},
	});
}
