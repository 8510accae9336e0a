import { describe, expect, it } from '@jest/globals';

import { generateKey, keyRing } from '../../../../db/vault/key-ring';
import { credentialConnection } from '../../../../nodes/adapter/credential-connection';
import { storedConnection } from '../../../../nodes/engine/connect/stored-connection';
import { pipedrive } from '../../../../nodes/providers/pipedrive';
import { httpClient } from '../../../support/http/client';

const OWN = 'https://harbour-cafe.pipedrive.com';
const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });

const CREDENTIAL = {
	clientId: 'made-up-client',
	clientSecret: 'made-up-secret',
	accessTokenUrl: pipedrive.definition.oauth.accessTokenUrl,
	apiBaseUrl: pipedrive.definition.apiBaseUrl,
};

/** Where the API of a connection is whose token lies in the vault. */
function storedAddress(apiDomain: unknown, credential: object = {}, allowedHosts: string[] = []): string {
	const connection = storedConnection({
		definition: pipedrive.definition,
		credential: { ...CREDENTIAL, ...credential },
		ring,
		allowedHosts,
		http: httpClient,
		// Not needed to tell the address.
		pool: undefined as never,
	});
	return connection.baseUrl({
		tenantId: 't',
		integrationId: 'i',
		syncRunId: 'r',
		provider: 'pipedrive',
		metadata: { apiDomain },
	});
}

/** The same where n8n's own dialog obtained the token. */
function credentialAddress(apiDomain: unknown, credential: object = {}): string {
	const oauthTokenData = { access_token: 'made-up', api_domain: apiDomain };
	const connection = credentialConnection({
		definition: pipedrive.definition,
		credential: { ...CREDENTIAL, ...credential, oauthTokenData },
		name: 'Zixly Pipedrive',
		http: httpClient,
		latest: async () => await Promise.resolve({ oauthTokenData }),
	});
	return connection.baseUrl({
		tenantId: 't',
		integrationId: 'i',
		syncRunId: 'r',
		provider: '',
		metadata: {},
	});
}

describe.each([
	['the vault', storedAddress],
	['an n8n credential', credentialAddress],
])('the address of a company whose token is in %s', (_, addressOf) => {
	it('is the one that came with its token', () => {
		expect(addressOf(OWN)).toBe(OWN);
	});

	it.each([undefined, '', 7])('is the common one where none came: %j', (apiDomain) => {
		expect(addressOf(apiDomain)).toBe('https://api.pipedrive.com');
	});

	it.each([
		'https://pipedrive.com.example.net',
		'https://evilpipedrive.com',
		'http://harbour-cafe.pipedrive.com',
		'https://made-up:password@harbour-cafe.pipedrive.com',
		'harbour-cafe',
	])('is refused where a token must not go there: %s', (apiDomain) => {
		expect(() => addressOf(apiDomain)).toThrow(/The address that the provider gave/);
	});
});

describe('an address that a person entered', () => {
	it('goes before the company’s own', () => {
		const entered = { apiBaseUrl: 'http://127.0.0.1:4010/pipedrive' };
		expect(credentialAddress(OWN, entered)).toBe(entered.apiBaseUrl);
		expect(storedAddress(OWN, entered, ['127.0.0.1:4010'])).toBe(entered.apiBaseUrl);
	});
});
