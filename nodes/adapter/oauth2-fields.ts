import type { INodeProperties } from 'n8n-workflow';

/** What the credentials of the providers differ in. */
export interface ProviderOAuth {
	/** The provider, as its users call it. */
	provider: string;
	/** What the provider calls an account. */
	account: string;
	authUrl: string;
	accessTokenUrl: string;
	/** An origin, without a path. */
	apiBaseUrl: string;
	/** Description of API Base URL, where that of most providers does not fit. */
	apiBaseUrlHint?: string;
	/** Where the client's secret is sent. */
	authentication: 'body' | 'header';
	/** Absent if the scopes are those of the app. */
	scopes?: { preset: string; description: string };
	/** More of the consent page's address, which a person may switch off. */
	authQuery?: { value: string; displayName: string; name: string; description: string };
}

/**
 * The fields of a provider's credential: those of n8n's OAuth2 API, with all that the provider prescribes out of sight.
 *
 * Hazard: n8n drops the value of a field that `displayOptions` hides, and of two fields of one name it keeps only the
 * last. So what n8n's OAuth code reads (`authUrl`, `accessTokenUrl`, `scope`) is of type hidden, which n8n keeps, and
 * takes a shown field's value while there is one. n8n ignores stored values of hidden OAuth addresses, which makes a
 * switch that is off reliable.
 */
export function describeOAuth2Fields(oauth: ProviderOAuth): INodeProperties[] {
	return [
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		describeNotice(oauth.account),
		hide('Authorization URL', 'authUrl', readField('customAuthUrl', oauth.authUrl)),
		hide('Access Token URL', 'accessTokenUrl', readField('customAccessTokenUrl', oauth.accessTokenUrl)),
		hide('Authentication', 'authentication', oauth.authentication),
		...describeAuthQuery(oauth.authQuery),
		...describeScopes(oauth.scopes),
		...describeAddresses(oauth),
	];
}

/** In the place of a field of n8n that is never shown here: a field of another name would come last. */
const describeNotice = (account: string): INodeProperties => ({
	displayName: `Only syncing tenants’ connections from the Zixly vault? Fill in Client ID and Client Secret; you need not connect. Connect only to sync your own ${account}, with Authentication: Credential in n8n.`,
	name: 'serverUrl',
	type: 'notice',
	default: '',
});

function describeAuthQuery(authQuery: ProviderOAuth['authQuery']): INodeProperties[] {
	if (!authQuery) return [hide('Auth URI Query Parameters', 'authQueryParameters', '')];
	const { value, ...shown } = authQuery;
	return [
		hide(
			'Auth URI Query Parameters',
			'authQueryParameters',
			`={{ $self["${shown.name}"] ? "${value}" : "" }}`,
		),
		{ ...shown, type: 'boolean', default: true },
	];
}

function describeScopes(scopes: ProviderOAuth['scopes']): INodeProperties[] {
	if (!scopes) return [hide('Scope', 'scope', '')];
	const { preset, description } = scopes;
	return [
		hide('Scope', 'scope', readField('enabledScopes', preset)),
		{
			displayName: 'Custom Scopes',
			name: 'customScopes',
			type: 'boolean',
			default: false,
			description: 'Whether to request other scopes than those that the syncs need',
		},
		showIf('customScopes', { displayName: 'Enabled Scopes', name: 'enabledScopes', preset, description }),
	];
}

function describeAddresses(oauth: ProviderOAuth): INodeProperties[] {
	const { provider, authUrl, accessTokenUrl, apiBaseUrl, apiBaseUrlHint } = oauth;
	const trust = `other than ${provider}’s must be listed in Allowed Hosts of the Zixly Token Key credential`;
	return [
		{
			displayName: 'Custom Addresses',
			name: 'customAddresses',
			type: 'boolean',
			default: false,
			description: `Whether to use a sandbox or a proxy instead of ${provider}’s own addresses. Saved while off, the addresses entered here are forgotten.`,
		},
		showIf('customAddresses', {
			displayName: 'Authorization URL',
			name: 'customAuthUrl',
			preset: authUrl,
			description: 'The consent page',
		}),
		showIf('customAddresses', {
			displayName: 'Access Token URL',
			name: 'customAccessTokenUrl',
			preset: accessTokenUrl,
			description: `A host ${trust}`,
		}),
		showIf('customAddresses', {
			displayName: 'API Base URL',
			name: 'apiBaseUrl',
			preset: apiBaseUrl,
			description: apiBaseUrlHint ?? `The origin, without a path. An origin ${trust}.`,
		}),
	];
}

interface Text {
	displayName: string;
	name: string;
	preset: string;
	description: string;
}

const showIf = (name: string, { preset, ...text }: Text): INodeProperties => ({
	...text,
	...{ type: 'string', default: preset, required: true },
	displayOptions: { show: { [name]: [true] } },
});

const hide = (displayName: string, name: string, value: string): INodeProperties => ({
	displayName,
	name,
	type: 'hidden',
	default: value,
});

/** The value of a field while it is shown and filled in, else the preset. */
const readField = (name: string, preset: string): string => `={{ $self["${name}"] || "${preset}" }}`;
