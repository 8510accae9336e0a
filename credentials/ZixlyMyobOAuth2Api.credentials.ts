import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { describeOAuth2Fields } from '../nodes/adapter/oauth2-fields';

export class ZixlyMyobOAuth2Api implements ICredentialType {
	name = 'zixlyMyobOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly MYOB OAuth2 API';

	icon: Icon = { light: 'file:../icons/myob.svg', dark: 'file:../icons/myob.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/myob.md';

	properties: INodeProperties[] = describeOAuth2Fields({
		provider: 'MYOB',
		account: 'company file',
		authUrl: 'https://secure.myob.com/oauth2/account/authorize',
		accessTokenUrl: 'https://secure.myob.com/oauth2/v1/authorize',
		apiBaseUrl: 'https://api.myob.com',
		authentication: 'body',
		scopes: {
			preset: 'sme-company-file sme-company-settings sme-general-ledger',
			description:
				'Scopes separated by spaces. A key created before 12 March 2025 may need the old scope CompanyFile instead.',
		},
		authQuery: {
			displayName: 'Ask for Company File',
			name: 'askForCompanyFile',
			value: 'prompt=consent',
			description:
				'Whether MYOB asks each time which company file to open, and reports the choice. Switch it off if MYOB shows an error, as it does for some older files.',
		},
	});
}
