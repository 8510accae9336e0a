import { afterEach, describe, expect, it } from '@jest/globals';

import { exchangeRefreshToken } from '../../../../nodes/engine/http/oauth';
import type { OAuthClient } from '../../../../nodes/engine/http/oauth-request';
import { httpClient } from '../../../support/http/client';
import { manualClock } from '../../../support/engine/manual-clock';
import {
	scriptedServer,
	type ScriptedReply,
	type ScriptedServer,
} from '../../../support/http/scripted-server';

const json = (body: object, status = 200, headers = {}): ScriptedReply => ({
	status,
	headers,
	body: JSON.stringify(body),
});
const PAIR = { access_token: 'made-up-access-2', refresh_token: 'made-up-refresh-2', expires_in: 1800 };

let server: ScriptedServer;
afterEach(async () => await server.close());

/** A client of a token endpoint that gives these replies, the last one for ever. */
async function clientOf(replies: ScriptedReply[], more: Partial<OAuthClient> = {}): Promise<OAuthClient> {
	server = await scriptedServer(() => (replies.length > 1 ? replies.shift()! : replies[0]!));
	return {
		provider: 'Xero',
		accessTokenUrl: `${server.url}/connect/token`,
		clientId: 'made-up-client',
		clientSecret: 'made-up-secret',
		clientAuthentication: 'header',
		http: httpClient,
		clock: manualClock('2026-11-23T02:00:00Z'),
		...more,
	};
}

const exchange = async (client: OAuthClient): Promise<unknown> =>
	await exchangeRefreshToken(client, 'made-up-refresh-1');

describe('exchanging a refresh token', () => {
	it('sends it form-encoded and authenticates the application with a Basic header', async () => {
		const tokens = await exchange(await clientOf([json(PAIR)]));
		expect(tokens).toEqual({
			accessToken: 'made-up-access-2',
			refreshToken: 'made-up-refresh-2',
			expiresAt: new Date('2026-11-23T02:30:00Z'),
		});
		const [request] = server.seen;
		expect(request).toMatchObject({ method: 'POST', path: '/connect/token' });
		expect(request!.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
		expect(Object.fromEntries(new URLSearchParams(request!.body))).toEqual({
			grant_type: 'refresh_token',
			refresh_token: 'made-up-refresh-1',
		});
		const basic = Buffer.from('made-up-client:made-up-secret').toString('base64');
		expect(request!.headers.authorization).toBe(`Basic ${basic}`);
	});

	it('authenticates in the body if the provider expects that', async () => {
		await exchange(await clientOf([json(PAIR)], { clientAuthentication: 'body' }));
		const form = new URLSearchParams(server.seen[0]!.body);
		expect([form.get('client_id'), form.get('client_secret')]).toEqual(['made-up-client', 'made-up-secret']);
		expect(server.seen[0]!.headers.authorization).toBeUndefined();
	});

	it('returns no refresh token if the provider does not rotate it', async () => {
		const unrotated = { ...PAIR, refresh_token: undefined };
		expect(await exchange(await clientOf([json(unrotated)]))).toMatchObject({
			refreshToken: null,
		});
	});

	it.each([
		['invalid_grant', 400, 'reconnect_required'],
		['invalid_client', 401, 'configuration'],
		['unauthorized_client', 400, 'configuration'],
		['unsupported_grant_type', 400, 'configuration'],
		['invalid_scope', 400, 'configuration'],
	])('takes %s as final', async (error, status, failureClass) => {
		await expect(exchange(await clientOf([json({ error }, status)]))).rejects.toMatchObject({ failureClass });
		expect(server.seen).toHaveLength(1);
	});

	it.each([
		['another address', 404, '<html>'],
		['a firewall', 403, '<html><h1>Access Denied</h1></html>'],
		['a proxy', 400, '<html>invalid_grant</html>'],
		['a gateway', 403, ''],
	])(
		'blames no Client Secret for the page of %s (%d), and has no person connect again',
		async (_, status, body) => {
			const error = await exchange(await clientOf([{ status, body }])).catch((caught: unknown) => caught);
			expect(error).toMatchObject({
				failureClass: 'configuration',
				message: expect.stringMatching(
					new RegExp(`status ${status} .*firewall.*Check Access Token URL.*is kept`),
				),
			});
			expect(String(error)).not.toMatch(/Client Secret|Access Denied/);
		},
	);

	it('follows no redirect with the refresh token', async () => {
		const client = await clientOf([{ status: 307, headers: { location: '/elsewhere' } }]);
		await expect(exchange(client)).rejects.toMatchObject({ failureClass: 'configuration' });
		expect(server.seen).toHaveLength(1);
	});

	it.each<[string, ScriptedReply]>([
		['an outage', { status: 503, body: 'down' }],
		['a lost reply', { cut: '{"access_token": "made-up' }],
		['a web page', { status: 200, body: '<html>maintenance</html>' }],
		['a reply without a token', json({ token_type: 'Bearer' })],
		['a rate limit', { status: 429 }],
	])('asks again with the same token after %s', async (_, reply) => {
		const client = await clientOf([reply, json(PAIR)]);
		expect(await exchange(client)).toMatchObject({ accessToken: 'made-up-access-2' });
		const sent = server.seen.map(({ body }) => new URLSearchParams(body).get('refresh_token'));
		expect(sent).toEqual(['made-up-refresh-1', 'made-up-refresh-1']);
	});

	it('gives up after three attempts, without a secret in the error', async () => {
		const error = await exchange(await clientOf([{ status: 500 }])).catch((caught: unknown) => caught);
		expect(error).toMatchObject({ failureClass: 'provider_unavailable' });
		expect(server.seen).toHaveLength(3);
		expect(JSON.stringify(error) + String(error)).not.toContain('made-up');
	});

	it('says when to try again if the provider states it', async () => {
		const limited: ScriptedReply = { status: 429, headers: { 'retry-after': '40' } };
		const error = await exchange(await clientOf([limited])).catch((caught: unknown) => caught);
		expect(error).toMatchObject({ failureClass: 'rate_limited', retryAt: expect.any(Date) });
	});
});
