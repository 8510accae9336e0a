import { describe, expect, it } from '@jest/globals';

import { openConnectClient } from '../../../../nodes/engine/connect/authorize';
import { exchangeCode } from '../../../../nodes/engine/connect/exchange-code';
import type { HttpReply, HttpRequest } from '../../../../nodes/engine/contract/http';
import { getProvider } from '../../../../nodes/providers/registry';
import { manualClock } from '../../../support/engine/manual-clock';

const REDIRECT = 'https://n8n.example/webhook/zixly-connect/callback/xero';
const CODE = 'made-up-code-made-up-code';
const ACCESS = 'made-up-access-token-made-up';
const REFRESH = 'made-up-refresh-token-made-up';

/** What the token endpoint does with each request in turn. */
type Answer = Partial<HttpReply> | Error;

/** Exchanges a code against a scripted endpoint, and keeps what was sent. */
async function exchange(provider: string, answers: Answer[], verifier: string | null = null) {
	const sent: HttpRequest[] = [];
	const client = openConnectClient({
		definition: getProvider(provider),
		credential: { clientId: 'made-up-id', clientSecret: 'made-up-secret' },
		allowedHosts: [],
		clock: manualClock('2026-11-23T02:00:00Z'),
		http: async (request) => {
			sent.push(request);
			const answer = answers.shift() ?? new Error('nothing more is scripted');
			if (answer instanceof Error) throw answer;
			return await Promise.resolve({ status: 200, headers: {}, body: '', ...answer });
		},
	});
	const grant = { code: CODE, redirectUri: REDIRECT, verifier, callback: {} };
	const outcome = await exchangeCode(client, grant).then(
		(consent) => ({ consent }),
		(failure: unknown) => ({ failure: failure as Error & { problem: string } }),
	);
	if ('failure' in outcome) {
		for (const secret of [CODE, ACCESS, REFRESH, 'made-up-secret', 'made-up-verifier'])
			expect(JSON.stringify([outcome.failure.message, outcome.failure])).not.toContain(secret);
	}
	return { ...outcome, sent };
}

const tokens = (more: object = {}): Answer => ({
	body: JSON.stringify({ access_token: ACCESS, refresh_token: REFRESH, token_type: 'Bearer', ...more }),
});

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('the exchange of a code', () => {
	it('sends it once, with the redirect address and the verifier', async () => {
		const { sent, consent } = (await exchange('asana', [tokens()], 'made-up-verifier')) as Required<
			Awaited<ReturnType<typeof exchange>>
		> & { consent: unknown };
		expect(sent.map(({ url, form }) => ({ url, form }))).toEqual([
			{
				url: 'https://app.asana.com/-/oauth_token',
				form: {
					...{ grant_type: 'authorization_code', code: CODE, redirect_uri: REDIRECT },
					...{ code_verifier: 'made-up-verifier', client_id: 'made-up-id', client_secret: 'made-up-secret' },
				},
			},
		]);
		expect(consent).toMatchObject({ tokens: { accessToken: ACCESS, refreshToken: REFRESH }, user: null });
	});

	it.each<[name: string, answer: Answer]>([
		['was lost on the way', withCode('ECONNRESET')],
		['did not come in time', new Error('no complete reply within 12 seconds')],
		['is an outage', { status: 503 }],
		['is a limit', { status: 429, headers: { 'retry-after': '1' } }],
		['has no token', { body: '{}' }],
		['is a page', { body: '<!doctype html><h1>We will be right back</h1>' }],
		['is of an unknown type', tokens({ token_type: 'mac' })],
	])('is never repeated where the reply %s', async (_, answer) => {
		const { failure, sent } = (await exchange('xero', [answer, tokens()])) as never as {
			failure: { problem: string };
			sent: unknown[];
		};
		expect(failure).toMatchObject({ problem: 'provider_down' });
		expect(sent).toHaveLength(1);
	});

	it.each(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'])(
		'is repeated where no connection was made (%s)',
		async (code) => {
			const nested = Object.assign(new Error('wrapped'), { cause: withCode(code) });
			expect(await exchange('xero', [withCode(code), nested, tokens()])).toMatchObject({
				consent: { tokens: { accessToken: ACCESS } },
			});
			const addresses = new AggregateError([withCode(code), withCode(code)]);
			const { sent, ...end } = await exchange('xero', [addresses, withCode(code), withCode(code), tokens()]);
			expect(end).toMatchObject({ failure: { problem: 'provider_down' } });
			expect(sent).toHaveLength(3);
		},
	);

	it.each<[body: string, status: number, problem: string]>([
		['{"error":"invalid_grant"}', 400, 'expired'],
		['{"status":"BAD_AUTH_CODE","message":"missing or unknown auth code"}', 400, 'expired'],
		['{"error":"invalid_client"}', 401, 'misconfigured'],
		['{"error":"unauthorized_client"}', 400, 'misconfigured'],
		['{"error":"invalid_scope"}', 400, 'misconfigured'],
		[`{"error":"${CODE}"}`, 400, 'misconfigured'],
		['Not Found', 404, 'misconfigured'],
		['{"error":"temporarily_unavailable"}', 400, 'provider_down'],
	])('ends, when it is answered with %s, in %s %s', async (body, status, problem) => {
		expect(await exchange('xero', [{ body, status }])).toMatchObject({ failure: { problem } });
	});

	it('saves a consent whose reply was cut off behind the refresh token', async () => {
		const cut = { body: `{"refresh_token":"${REFRESH}","access_tok` };
		const { sent, ...end } = await exchange('xero', [cut, tokens({ refresh_token: 'made-up-next-refresh' })]);
		expect(end).toMatchObject({
			consent: { tokens: { accessToken: ACCESS, refreshToken: 'made-up-next-refresh' } },
		});
		expect(sent.map(({ form }) => form?.grant_type)).toEqual(['authorization_code', 'refresh_token']);
	});

	it('makes no connection without a refresh token', async () => {
		const answer = { body: JSON.stringify({ access_token: ACCESS }) };
		expect(await exchange('xero', [answer])).toMatchObject({
			failure: { problem: 'scope_missing', scopes: ['offline_access'], failureClass: 'needs_consent' },
		});
		expect(await exchange('hubspot', [answer])).toMatchObject({ failure: { problem: 'scope_missing' } });
	});

	it('keeps the address of the customer’s API only on a host of the provider', async () => {
		const good = await exchange('pipedrive', [tokens({ api_domain: 'https://harbour.pipedrive.com/' })]);
		expect(good).toMatchObject({ consent: { metadata: { apiDomain: 'https://harbour.pipedrive.com' } } });
		for (const api_domain of [
			'https://evil.example',
			'http://x.pipedrive.com',
			'https://a:b@x.pipedrive.com',
		])
			expect(await exchange('pipedrive', [tokens({ api_domain })])).toMatchObject({
				failure: { failureClass: 'configuration' },
			});
		for (const api_domain of [7, {}, 'x'.repeat(501)])
			expect(await exchange('pipedrive', [tokens({ api_domain })])).toMatchObject({
				failure: { problem: 'provider_down' },
			});
		expect(await exchange('pipedrive', [tokens()])).toMatchObject({ consent: { metadata: {} } });
	});

	it.each<[provider: string, reply: object, user: string | null]>([
		['hubspot', { user_id: 4_711 }, '4711'],
		['hubspot', { user_id: 'x'.repeat(201) }, null],
		['myob', { user: { uid: 'made-up-uid' } }, 'made-up-uid'],
		['myob', { user: null }, null],
		['asana', { data: { gid: '12' } }, '12'],
		['asana', { data: { gid: 'half a pair \uD83E' } }, null],
		['xero', { id_token: `x.${Buffer.from('{"xero_userid":"evil"}').toString('base64url')}.x` }, null],
	])('identifies, at %s, the person in %j', async (provider, reply, user) => {
		const verifier = provider === 'asana' ? 'made-up-verifier' : null;
		expect(await exchange(provider, [tokens(reply)], verifier)).toMatchObject({ consent: { user } });
	});
});
