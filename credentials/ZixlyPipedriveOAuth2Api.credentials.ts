import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { describeOAuth2Fields } from '../nodes/adapter/oauth2-fields';

export class ZixlyPipedriveOAuth2Api implements ICredentialType {
	name = 'zixlyPipedriveOAuth2Api';

	extends = ['oAuth2Api'];

	displayName = 'Zixly Pipedrive OAuth2 API';

	icon: Icon = { light: 'file:../icons/pipedrive.svg', dark: 'file:../icons/pipedrive.dark.svg' };

	documentationUrl = 'https://github.com/zixly/n8n-nodes-zixly/blob/main/docs/providers/pipedrive.md';

	properties: INodeProperties[] = describeOAuth2Fields({
		provider: 'Pipedrive',
		account: 'company',
		authUrl: 'https://oauth.pipedrive.com/oauth/authorize',
		accessTokenUrl: 'https://oauth.pipedrive.com/oauth/token',
		apiBaseUrl: 'https://api.pipedrive.com',
		apiBaseUrlHint:
			'Normally each company is called at its own address, which comes with its token. An address other than Pipedrive’s takes precedence for all companies, and must be listed in Allowed Hosts of the Zixly Token Key credential.',
		authentication: 'header',
	});
}
