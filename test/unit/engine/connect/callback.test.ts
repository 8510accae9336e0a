import { describe, expect, it } from '@jest/globals';

import {
	buildAuthorizeUrl,
	createVerifier,
	openConnectClient,
} from '../../../../nodes/engine/connect/authorize';
import { readCallback } from '../../../../nodes/engine/connect/callback';
import type { ProviderCredential } from '../../../../nodes/engine/connect/provider-credential';
import { getProvider, providers } from '../../../../nodes/providers/registry';

const BUSINESS = '0f4b7d9c-1111-4222-8333-444455556666';

function clientOf(provider: string, credential: ProviderCredential = {}, allowedHosts: string[] = []) {
	return openConnectClient({
		definition: getProvider(provider),
		credential: { clientId: 'made-up-id', clientSecret: 'made-up-secret', ...credential },
		allowedHosts,
		http: async () => await Promise.reject(new Error('nothing is sent')),
	});
}

const read = (provider: string, query: Record<string, unknown>) => readCallback(clientOf(provider), query);

/** The problem of a redirect; its words must not repeat what came with it. */
function problemOf(provider: string, query: Record<string, unknown>): unknown {
	try {
		read(provider, query);
	} catch (error) {
		const { problem, message } = error as { problem?: string; message: string };
		expect(message).not.toContain('evil');
		return problem;
	}
	return undefined;
}

describe('the redirect back', () => {
	it('gives the code, and of MYOB the company file of the consent', () => {
		const code = 'lVxf!IAAAAM1aRlX_W-4pHwXiPzjhcse2fTvkh8.made-up';
		expect(read('xero', { code, state: 's', businessId: BUSINESS })).toEqual({ code, parameters: {} });
		const query = { code, businessId: ` ${BUSINESS.toUpperCase()}`, businessName: ' Bondi\u0000 Bakehouse ' };
		expect(read('myob', query).parameters).toEqual({
			businessId: BUSINESS,
			businessName: 'Bondi\uFFFD Bakehouse',
		});
		const long = read('myob', { code, businessName: 'x'.repeat(2_000) }).parameters.businessName;
		expect(long).toHaveLength(300);
	});

	it.each<[name: string, query: Record<string, unknown>]>([
		['without a code', {}],
		['with an empty code', { code: '' }],
		['with two codes', { code: ['evil', 'evil'] }],
		['with an object for a code', { code: { evil: '1' } }],
		['with a code of several lines', { code: 'evil\nevil' }],
		['with a code of a megabyte', { code: 'evil'.repeat(262_144) }],
		['of another issuer', { code: 'made-up', iss: 'https://evil.example' }],
		[
			'of an issuer that only looks alike',
			{ code: 'made-up', iss: 'https://identity.xero.com.evil.example' },
		],
		['with two issuers', { code: 'made-up', iss: ['https://identity.xero.com', 'https://evil.example'] }],
	])('%s is not accepted', (_, query) => {
		expect(problemOf('xero', query)).toBe('misconfigured');
	});

	it.each(['evil', '../../evil', `${BUSINESS}/evil`, [BUSINESS, BUSINESS], { evil: BUSINESS }])(
		'is not accepted from MYOB with the business %j',
		(businessId) => {
			expect(problemOf('myob', { code: 'made-up', businessId })).toBe('misconfigured');
		},
	);

	it('is accepted when the issuer is the provider', () => {
		const iss = 'https://identity.xero.com';
		expect(read('xero', { code: 'made-up', iss }).code).toBe('made-up');
		expect(read('asana', { code: 'made-up', iss: 'https://app.asana.com' }).code).toBe('made-up');
		const sandboxed = clientOf('xero', { authUrl: 'http://127.0.0.1:4010/authorize' }, ['127.0.0.1:4010']);
		expect(readCallback(sandboxed, { code: 'made-up', iss: 'http://127.0.0.1:4010' }).code).toBe('made-up');
	});

	it.each<[error: unknown, problem: string]>([
		['access_denied', 'denied'],
		['user_denied', 'denied'],
		['temporarily_unavailable', 'provider_down'],
		['server_error', 'provider_down'],
		['invalid_scope', 'misconfigured'],
		['forbidden_scopes', 'misconfigured'],
		['unauthorized_client', 'misconfigured'],
		['<script>evil</script>', 'misconfigured'],
		[['access_denied', 'evil'], 'misconfigured'],
	])('is read with the error %j as %s', (error, problem) => {
		expect(problemOf('xero', { error, error_description: 'evil', code: 'made-up' })).toBe(problem);
	});
});

describe('the address of the consent page', () => {
	const request = { redirectUri: 'https://n8n.example/webhook/zixly-connect/callback/x?a=b&c', state: 's&t' };

	it.each(Object.values(providers))('has what $displayName wants', (definition) => {
		const { oauth, key } = definition;
		const challenge = oauth.pkce ? createVerifier().challenge : null;
		const address = buildAuthorizeUrl(clientOf(key), { ...request, challenge, scopes: ['a:read', 'b'] });
		const url = new URL(address);
		expect(url.origin + url.pathname).toBe(oauth.authUrl);
		const expected = {
			...{ response_type: 'code', client_id: 'made-up-id', redirect_uri: request.redirectUri, state: 's&t' },
			...(oauth.scopeSeparator !== null && { scope: 'a:read b' }),
			...(challenge !== null && { code_challenge: challenge, code_challenge_method: 'S256' }),
			...oauth.authParameters,
		};
		expect(Object.fromEntries(url.searchParams)).toEqual(expected);
		expect(address).not.toContain('made-up-secret');
	});

	it('never goes without PKCE where the provider verifies it', () => {
		expect(() => buildAuthorizeUrl(clientOf('asana'), { ...request, challenge: null, scopes: [] })).toThrow(
			'needs',
		);
		expect(() => buildAuthorizeUrl(clientOf('xero'), { ...request, challenge: 'x', scopes: [] })).toThrow(
			'no',
		);
	});

	it('cannot have its parameters replaced by those of the credential', () => {
		const authQueryParameters = 'prompt=login&state=evil&redirect_uri=https://evil.example&client_id=evil';
		const url = buildAuthorizeUrl(clientOf('xero', { authQueryParameters }), {
			...request,
			...{ challenge: null, scopes: [] },
		});
		expect(url).not.toContain('evil');
		expect(new URL(url).searchParams.get('prompt')).toBe('login');
	});

	it.each<[field: string, credential: ProviderCredential]>([
		['Authorization URL', { authUrl: 'https://evil.example/authorize' }],
		['Access Token URL', { accessTokenUrl: 'https://evil.example/token' }],
		['Access Token URL', { accessTokenUrl: 'http://identity.xero.com/token' }],
		['Client ID', { clientId: ' ' }],
		['Client Secret', { clientSecret: '' }],
	])('needs a good %s', (field, credential) => {
		expect(() => clientOf('xero', credential)).toThrow(
			expect.objectContaining({
				failureClass: 'configuration',
				message: expect.stringContaining(field) as unknown,
			}),
		);
	});
});

it('a verifier is new each time, and its challenge does not tell it', () => {
	const [one, two] = [createVerifier(), createVerifier()];
	expect(one.verifier).not.toBe(two.verifier);
	expect(one.verifier).toMatch(/^[A-Za-z0-9_-]{43,128}$/);
	expect(one.challenge).not.toContain(one.verifier);
});
