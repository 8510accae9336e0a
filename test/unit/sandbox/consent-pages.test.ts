import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { discoverConsentAccounts } from '../../../nodes/engine/connect/discover-accounts';
import { exchangeRefreshToken } from '../../../nodes/engine/http/oauth';
import { openConnectClient } from '../../../nodes/engine/connect/authorize';
import type { Consent } from '../../../nodes/engine/connect/exchange-code';
import { serviceKeys, serviceOf, startSandbox, type Sandbox, type ServiceKey } from '../../sandbox';
import { consentParts, obtainConsent, REDIRECT_URI } from '../../support/engine/consent';
import { walkConsentPages } from '../../support/http/consent-pages';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const SAM = 'sam@agency.example';

function addressOf(provider: ServiceKey, extra: Record<string, string> = {}): string {
	const { endpoints, client } = serviceOf(sandbox, provider);
	const query = { response_type: 'code', client_id: client.clientId, redirect_uri: REDIRECT_URI, ...extra };
	return `${endpoints.authUrl}?${new URLSearchParams(query).toString()}`;
}

describe('the consent pages of the sandbox', () => {
	it.each(serviceKeys)('ask who it is, unless a person is signed in: %s', async (provider) => {
		const service = serviceOf(sandbox, provider);
		const html = async () => await (await fetch(addressOf(provider))).text();
		const signIn = await html();
		for (const login of service.people()) expect(signIn).toContain(`value="${login}"`);
		expect(signIn).not.toContain('Allow access');
		service.signIn(service.people()[0]!);
		expect(await html()).toContain(`<strong id="login">${service.people()[0]!}</strong>`);
		expect(() => service.signIn('nobody')).toThrow('There is no login');
	});

	it('shows the scopes that the app asks for', async () => {
		sandbox.asana.signIn('southern-user');
		const html = await (await fetch(addressOf('asana', { scope: 'tasks:read projects:read' }))).text();
		expect(html).toContain('<ul id="scopes"><li>tasks:read</li><li>projects:read</li></ul>');
	});

	it('escapes names that look like code', async () => {
		sandbox.asana.signIn('odd-user');
		expect(await (await fetch(addressOf('asana'))).text()).not.toContain('<script>');
	});

	it('gives nothing to an account that the person does not have', async () => {
		const page = addressOf('hubspot');
		sandbox.hubspot.signIn(SAM);
		const body = new URLSearchParams({
			decision: 'allow',
			account: String(sandbox.hubspot.portal('large').hubId),
		});
		expect((await fetch(page, { method: 'POST', body, redirect: 'manual' })).status).toBe(400);
	});

	it('leads back to registered addresses alone, letter by letter', async () => {
		sandbox.xero.registerRedirects([REDIRECT_URI]);
		const answer = async (redirect_uri: string) => (await fetch(addressOf('xero', { redirect_uri }))).status;
		expect(await answer(REDIRECT_URI)).toBe(200);
		for (const other of [`${REDIRECT_URI}/`, `${REDIRECT_URI}?a=1`, REDIRECT_URI.toUpperCase()])
			expect(await answer(other)).toBe(400);
	});

	it('knows S256 alone, and holds the exchange to it', async () => {
		const plain = { code_challenge: 'made-up-verifier', code_challenge_method: 'plain' };
		expect((await fetch(addressOf('asana', plain))).status).toBe(400);
		const code_challenge = createHash('sha256').update('made-up-verifier').digest('base64url');
		const url = addressOf('asana', { code_challenge, code_challenge_method: 'S256' });
		const { client, endpoints } = sandbox.asana;
		const exchange = async (code_verifier: string) => {
			const code = (await walkConsentPages(url, { login: 'southern-user' })).searchParams.get('code')!;
			const grant = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier };
			const secrets = { client_id: client.clientId, client_secret: client.clientSecret };
			const body = new URLSearchParams({ ...grant, ...secrets });
			return (await fetch(endpoints.accessTokenUrl, { method: 'POST', body })).status;
		};
		expect(await exchange('another-verifier')).toBe(400);
		expect(await exchange('made-up-verifier')).toBe(200);
	});

	it('name the issuer where the provider does', async () => {
		const back = await walkConsentPages(addressOf('xero'), {
			...{ login: 'kiwi', account: 'Kiwi Orchards Ltd' },
		});
		expect(back.searchParams.get('iss')).toBe(sandbox.xero.endpoints.apiBaseUrl);
	});

	it('give a code that does not live long', async () => {
		const parts = consentParts(sandbox, 'pipedrive');
		sandbox.pipedrive.setLimits({ codeSeconds: 0 });
		const late = obtainConsent(parts, { login: SAM, account: 'Harbour Cafe Pty Ltd' });
		sandbox.clock.shift(1);
		await expect(late).rejects.toMatchObject({ problem: 'expired' });
	});
});

describe('a revocation', () => {
	const consentTo = async (provider: ServiceKey, account?: string, login = SAM): Promise<Consent> =>
		await obtainConsent(consentParts(sandbox, provider), { login, account });

	const canRefresh = async (provider: ServiceKey, { tokens }: Consent): Promise<boolean> =>
		await exchangeRefreshToken(openConnectClient(consentParts(sandbox, provider)), tokens.refreshToken).then(
			() => true,
			() => false,
		);

	const canRead = async (provider: ServiceKey, consent: Consent): Promise<boolean> =>
		await discoverConsentAccounts(consentParts(sandbox, provider), consent).then(
			() => true,
			() => false,
		);

	async function revokeAt(provider: ServiceKey, path: string, { tokens }: Consent): Promise<void> {
		const { client, clientAuthentication, endpoints } = serviceOf(sandbox, provider);
		const { clientId, clientSecret } = client;
		const secrets = { client_id: clientId, client_secret: clientSecret };
		const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
		const inBody = clientAuthentication === 'body';
		const reply = await fetch(new URL(path, endpoints.accessTokenUrl), {
			method: 'POST',
			headers: inBody ? {} : { authorization: `Basic ${basic}` },
			body: new URLSearchParams({ token: tokens.refreshToken, ...(inBody && secrets) }),
		});
		expect(reply.status).toBe(200);
	}

	it('ends all connections of that person at Xero', async () => {
		const mine = await consentTo('xero', 'Harbour Bakery Pty Ltd', 'accountant');
		const neighbours = await consentTo('xero', 'Southern Cross Engineering', 'accountant');
		await revokeAt('xero', 'revocation', mine);
		expect(await canRead('xero', neighbours)).toBe(false);
	});

	it('uninstalls the app for this user in this company at Pipedrive', async () => {
		const mine = await consentTo('pipedrive', 'Harbour Cafe Pty Ltd');
		const again = await consentTo('pipedrive', 'Harbour Cafe Pty Ltd');
		const neighbours = await consentTo('pipedrive', 'Southern Fitouts Ltd');
		await revokeAt('pipedrive', 'revoke', mine);
		expect(await canRead('pipedrive', again)).toBe(false);
		expect(await canRead('pipedrive', neighbours)).toBe(true);
	});

	it('leaves access tokens alive until they expire at HubSpot', async () => {
		const mine = await consentTo('hubspot', 'harbour-marketing.example');
		await revokeAt('hubspot', 'token/revoke', mine);
		expect(await canRead('hubspot', mine)).toBe(true);
		expect(await canRefresh('hubspot', mine)).toBe(false);
	});

	it('ends all of that person’s tokens of the app at Asana', async () => {
		const mine = await consentTo('asana', undefined, 'southern-user');
		const again = await consentTo('asana', undefined, 'southern-user');
		await revokeAt('asana', 'oauth_revoke', mine);
		expect(await canRead('asana', again)).toBe(false);
	});

	it.each(serviceKeys)(
		'is not a lapse: at %s a lapsed consent is read until its token expires',
		async (key) => {
			const tokens = serviceOf(sandbox, key).connect(key === 'myob' ? 'bakehouse' : 'harbour');
			const consent: Consent = { tokens, metadata: tokens.metadata, user: null };
			serviceOf(sandbox, key).lapse(key === 'myob' ? 'bakehouse' : 'harbour');
			expect(await canRead(key, consent)).toBe(true);
			expect(await canRefresh(key, consent)).toBe(false);
		},
	);
});
