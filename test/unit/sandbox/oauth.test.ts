import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startSandbox, type Sandbox } from '../../sandbox';
import { get } from './reading';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const CALLBACK = 'http://localhost:5678/rest/oauth2-credential/callback';

interface TokenReply {
	status: number;
	body: Record<string, string | number>;
}

async function post(path: string, form: Record<string, string>, secret?: string): Promise<Response> {
	const { clientId, clientSecret } = sandbox.xero.client;
	const basic = Buffer.from(`${clientId}:${secret ?? clientSecret}`).toString('base64');
	return await fetch(`${sandbox.url}/identity/connect/${path}`, {
		method: 'POST',
		headers: { authorization: `Basic ${basic}` },
		body: new URLSearchParams(form),
	});
}

async function token(form: Record<string, string>, secret?: string): Promise<TokenReply> {
	const response = await post('token', form, secret);
	return { status: response.status, body: (await response.json()) as TokenReply['body'] };
}

const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token });
const REFUSED = { status: 400, body: { error: 'invalid_grant' } };

async function authorize(extra: Record<string, string> = {}): Promise<Response> {
	const query = new URLSearchParams({
		response_type: 'code',
		client_id: sandbox.xero.client.clientId,
		redirect_uri: CALLBACK,
		scope: 'openid offline_access accounting.settings.read',
		state: 'made-up-state',
		...extra,
	});
	return await fetch(`${sandbox.url}/identity/connect/authorize?${query}`, { redirect: 'manual' });
}

const destination = (response: Response) => new URL(response.headers.get('location') ?? '');

describe('authorisation', () => {
	it('shows a page, and comes back with code and state once a consent is chosen', async () => {
		const page = await authorize();
		expect(page.headers.get('content-type')).toContain('text/html');
		const back = destination(await authorize({ consent: 'harbour' }));
		expect(back.origin + back.pathname).toBe(CALLBACK);
		expect(back.searchParams.get('state')).toBe('made-up-state');
		const code = back.searchParams.get('code') ?? '';
		const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK };
		const { status, body } = await token(form);
		expect(status).toBe(200);
		expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 1800 });
		expect(Object.keys(body).sort()).toEqual(
			['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type'].sort(),
		);
		expect(await token(form)).toEqual(REFUSED);
	});

	it('holds the app to its PKCE verifier, its redirect address and five minutes', async () => {
		const verifier = 'made-up-verifier-made-up-verifier-made-up-verifier';
		const code_challenge = createHash('sha256').update(verifier).digest('base64url');
		const code = async () => {
			const pkce = { code_challenge, code_challenge_method: 'S256', consent: 'kiwi' };
			return destination(await authorize(pkce)).searchParams.get('code') ?? '';
		};
		const form = async () => ({
			grant_type: 'authorization_code',
			code: await code(),
			redirect_uri: CALLBACK,
		});
		expect(await token(await form())).toEqual(REFUSED);
		expect(await token({ ...(await form()), code_verifier: 'another' })).toEqual(REFUSED);
		expect(
			await token({ ...(await form()), code_verifier: verifier, redirect_uri: 'https://a.invalid/' }),
		).toEqual(REFUSED);
		expect((await token({ ...(await form()), code_verifier: verifier })).status).toBe(200);
		const late = { ...(await form()), code_verifier: verifier };
		sandbox.clock.shift(301);
		expect(await token(late)).toEqual(REFUSED);
	});

	it('refuses what Xero refuses: 127.0.0.1, foreign clients, scopes of old apps; and says when a person denies', async () => {
		expect((await authorize({ redirect_uri: 'http://127.0.0.1:5678/callback' })).status).toBe(400);
		expect((await authorize({ client_id: 'another' })).status).toBe(400);
		const scoped = destination(await authorize({ scope: 'offline_access accounting.reports.read' }));
		expect(scoped.searchParams.get('error')).toBe('invalid_scope');
		expect(destination(await authorize({ consent: 'deny' })).searchParams.get('error')).toBe('access_denied');
	});
});

describe('the token endpoint', () => {
	it('wants the client in a Basic header, a form and a grant type that it knows', async () => {
		expect(await token({ grant_type: 'refresh_token' }, 'wrong')).toEqual({
			status: 400,
			body: { error: 'invalid_client' },
		});
		const bare = await fetch(`${sandbox.url}/identity/connect/token`, {
			method: 'POST',
			body: new URLSearchParams({ client_id: 'x', client_secret: 'y' }),
		});
		expect([bare.status, await bare.json()]).toEqual([401, { error: 'invalid_client' }]);
		expect((await token({ grant_type: 'password' })).body).toEqual({ error: 'unsupported_grant_type' });
	});

	it('rotates refresh tokens, honours the one before for 30 minutes, and forgets one unused for 60 days', async () => {
		const first = sandbox.xero.connect('harbour').refreshToken;
		const second = String((await refresh(first)).body.refresh_token);
		expect(second).not.toBe(first);
		sandbox.clock.shift(29 * 60);
		const again = await refresh(first);
		expect(again.status).toBe(200);
		sandbox.clock.shift(2 * 60);
		expect(await refresh(first)).toEqual(REFUSED);
		sandbox.clock.shift(29 * 60);
		expect(await refresh(second)).toEqual(REFUSED);
		const newest = String(again.body.refresh_token);
		sandbox.clock.shift(61 * 86_400);
		expect(await refresh(newest)).toEqual(REFUSED);
		expect(sandbox.xero.refreshCalls).toBe(5);
	});

	it("revokes: the person's tokens and connections are gone", async () => {
		const { accessToken, refreshToken } = sandbox.xero.connect('harbour');
		expect((await post('revocation', { token: refreshToken })).status).toBe(200);
		expect(await refresh(refreshToken)).toEqual(REFUSED);
		expect((await get(sandbox.url, '/connections', accessToken)).status).toBe(401);
	});
});

describe('access tokens', () => {
	it('end with their time, with a reply that says so, while the refresh token goes on', async () => {
		sandbox.xero.setLimits({ accessTokenSeconds: 60 });
		const { accessToken, refreshToken, expiresIn } = sandbox.xero.connect('harbour');
		expect(expiresIn).toBe(60);
		expect((await get(sandbox.url, '/connections', accessToken)).status).toBe(200);
		sandbox.clock.shift(61);
		const late = await get(sandbox.url, '/connections', accessToken);
		expect([late.status, JSON.parse(late.body)]).toMatchObject([
			401,
			{ Title: 'Unauthorized', Detail: expect.stringMatching(/^TokenExpired: token expired at /) },
		]);
		const { body } = await refresh(refreshToken);
		expect((await get(sandbox.url, '/connections', String(body.access_token))).status).toBe(200);
	});

	it('disconnects one organisation by the id of its connection', async () => {
		const { accessToken } = sandbox.xero.connect('harbour');
		const list = async () =>
			JSON.parse((await get(sandbox.url, '/connections', accessToken)).body) as Array<{
				id: string;
				tenantId: string;
			}>;
		const [first] = await list();
		const remove = (id?: string) =>
			fetch(`${sandbox.url}/connections/${id}`, {
				method: 'DELETE',
				headers: { authorization: `Bearer ${accessToken}` },
			});
		expect((await remove(first?.tenantId)).status).toBe(404);
		expect((await remove(first?.id)).status).toBe(204);
		expect(await list()).toHaveLength(1);
		const gone = await get(sandbox.url, '/api.xro/2.0/Organisation', accessToken, first?.tenantId);
		expect(gone.status).toBe(403);
	});

	it('can be searched for: every secret given out is marked and listed', async () => {
		const { accessToken, refreshToken } = sandbox.xero.connect('harbour');
		expect(accessToken).toContain('sandbox-access-');
		expect(accessToken.split('.')).toHaveLength(3);
		expect(refreshToken).toMatch(/^sandbox-refresh-/);
		const { body } = await refresh(refreshToken);
		const organisation = sandbox.xero.organisations('harbour')[0]?.id;
		const reply = await get(sandbox.url, '/api.xro/2.0/Organisation', accessToken, organisation);
		const apiKey = JSON.parse(reply.body).Organisations[0].APIKey as string;
		const secrets = sandbox.xero.issuedSecrets();
		for (const secret of [
			accessToken,
			refreshToken,
			body.access_token,
			body.refresh_token,
			body.id_token,
			apiKey,
		]) {
			expect(secrets).toContain(secret);
		}
		const log = JSON.stringify(sandbox.xero.requests);
		for (const secret of secrets) expect(log).not.toContain(secret);
	});
});
