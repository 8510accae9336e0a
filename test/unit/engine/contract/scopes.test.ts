import type { INodeProperties } from 'n8n-workflow';

import { describe, expect, it } from '@jest/globals';

import { ZixlyAsanaOAuth2Api } from '../../../../credentials/ZixlyAsanaOAuth2Api.credentials';
import { ZixlyHubSpotOAuth2Api } from '../../../../credentials/ZixlyHubSpotOAuth2Api.credentials';
import { ZixlyMyobOAuth2Api } from '../../../../credentials/ZixlyMyobOAuth2Api.credentials';
import { ZixlyPipedriveOAuth2Api } from '../../../../credentials/ZixlyPipedriveOAuth2Api.credentials';
import { ZixlyXeroOAuth2Api } from '../../../../credentials/ZixlyXeroOAuth2Api.credentials';
import {
	chooseScopes,
	missingScopes,
	readGranted,
	requiredScopes,
} from '../../../../nodes/engine/contract/scopes';
import type { ProviderDefinition } from '../../../../nodes/engine/contract/provider';
import { getProvider, providers } from '../../../../nodes/providers/registry';

const CREDENTIALS: Readonly<Record<string, { properties: INodeProperties[] }>> = {
	asana: new ZixlyAsanaOAuth2Api(),
	hubspot: new ZixlyHubSpotOAuth2Api(),
	myob: new ZixlyMyobOAuth2Api(),
	pipedrive: new ZixlyPipedriveOAuth2Api(),
	xero: new ZixlyXeroOAuth2Api(),
};

/** What a field of a credential is by default: its value, or what its expression gives while nothing is entered. */
function presetOf(provider: string, name: string): unknown {
	const field = CREDENTIALS[provider]!.properties.find((one) => one.name === name);
	const text = String(field?.default ?? '');
	return /^=\{\{.*(?:\|\||\?) "([^"]*)"/.exec(text)?.[1] ?? text;
}

describe('the credential', () => {
	it.each(Object.values(providers))('asks for what the streams of $displayName read', (definition) => {
		const sent = definition.oauth.scopeSeparator === null ? [] : requiredScopes(definition);
		expect(presetOf(definition.key, 'scope')).toBe(sent.join(' '));
	});

	it.each(Object.values(providers))('has the addresses of the definition of $displayName', (definition) => {
		const { oauth, apiBaseUrl, key } = definition;
		expect(presetOf(key, 'authUrl')).toBe(oauth.authUrl);
		expect(presetOf(key, 'accessTokenUrl')).toBe(oauth.accessTokenUrl);
		expect(presetOf(key, 'apiBaseUrl')).toBe(apiBaseUrl);
		expect(presetOf(key, 'authentication')).toBe(oauth.clientAuthentication);
		const query = new URLSearchParams(oauth.authParameters).toString();
		expect(presetOf(key, 'authQueryParameters')).toBe(query);
	});
});

describe('the scopes of a provider', () => {
	it.each(Object.values(providers))('cover every request of $displayName that names one', (definition) => {
		expect(requiredScopes(definition).length).toBeGreaterThan(1);
		expect(missingScopes(definition, requiredScopes(definition))).toEqual([]);
	});

	it('are missing one by one', () => {
		for (const definition of Object.values(providers)) {
			const needed = [...definition.baseScopes, ...definition.streams.flatMap(({ scopes }) => scopes)];
			for (const { scope, optional } of needed) {
				const granted = requiredScopes(definition).filter((one) => one !== scope);
				expect(missingScopes(definition, granted)).toEqual(optional ? [] : [scope]);
			}
		}
	});

	it.each<[provider: string, granted: string]>([
		['xero', 'offline_access accounting.settings accounting.reports.read'],
		['myob', 'CompanyFile'],
		['pipedrive', 'base deals:full contacts:full recents:read'],
		['asana', 'default'],
	])('include those of %s in %s', (provider, granted) => {
		expect(missingScopes(getProvider(provider), granted.split(' '))).toEqual([]);
	});

	it('are not missing where the provider does not say what was granted, or in words of its own', () => {
		const { hubspot } = providers as { hubspot: ProviderDefinition };
		expect(missingScopes(hubspot, undefined)).toEqual([]);
		expect(missingScopes(hubspot, ['la.global'])).toEqual([]);
		expect(readGranted({})).toBeUndefined();
		expect(readGranted({ scopes: 'oauth' })).toBeUndefined();
		expect(readGranted({ scopes: [] })).toBeUndefined();
		expect(readGranted({ scopes: ['oauth', 7, null] })).toEqual(['oauth']);
	});

	it('lack none of the streams that are not chosen', () => {
		const { base, ...definition } = { ...getProvider('hubspot'), base: ['oauth'] };
		expect(missingScopes(definition, base, [])).toEqual([]);
		expect(missingScopes(definition, base, ['deals'])).toHaveLength(3);
		expect(missingScopes(definition, base)).toHaveLength(3);
	});
});

describe('a link', () => {
	it('asks for the scopes of a stream that the credential was made without', () => {
		const hubspot = getProvider('hubspot');
		expect(chooseScopes(hubspot, ['oauth', 'crm.objects.deals.read'])).toEqual(requiredScopes(hubspot));
	});

	it('keeps to the broad scopes of an old app', () => {
		const entered = ['offline_access', 'accounting.settings.read', 'accounting.reports.read'];
		expect(chooseScopes(getProvider('xero'), entered)).toEqual(entered);
		expect(chooseScopes(getProvider('asana'), ['default'])).toEqual(['default']);
	});

	it('asks for all where the credential says nothing', () => {
		expect(chooseScopes(getProvider('asana'), [])).toEqual(requiredScopes(getProvider('asana')));
	});
});
