import { afterAll, beforeAll, describe, it } from '@jest/globals';

import { generateKey, keyRing } from '../../db/vault/key-ring';
import { refreshTokens } from '../../db/vault/refresh';
import type { TokenOwner } from '../../db/vault/token-set';
import { readTokens, storeTokens } from '../../db/vault/token-store';
import { createApi } from '../../nodes/engine/http/client';
import { ReadFailure } from '../../nodes/engine/contract/failure';
import { exchangeRefreshToken } from '../../nodes/engine/http/oauth';
import type { OAuthClient } from '../../nodes/engine/http/oauth-request';
import type { HttpReply } from '../../nodes/engine/contract/http';
import { RateLimiters } from '../../nodes/engine/limits/rate-limiter';
import { xero } from '../../nodes/providers/xero';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { newExpiredConnection } from '../support/database/connected';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { manualClock } from '../support/engine/manual-clock';

const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });
const CLIENT_SECRET = 'made-up-Zq7/Vx81+Kw93-Jh5';
const ACCESS = 'made-up-Rm9.Sd37-Pz64_Wq2';
const REFRESH = 'made-up-Gb4~Nf62_Tc08.Ly1';
const SECRETS = [CLIENT_SECRET, ACCESS, REFRESH];

let database: TestDatabase;
let owner: TokenOwner;
beforeAll(async () => {
	database = await testDatabase();
	owner = await newExpiredConnection(database.pool, ring, 'Harbour');
});
afterAll(async () => {
	await database.close();
});

/** A token endpoint that gives these replies, the last one for ever. */
function clientOf(...replies: Array<Partial<HttpReply>>): OAuthClient {
	return {
		...{ provider: 'MYOB', accessTokenUrl: 'https://secure.example/token', clientAuthentication: 'body' },
		...{ clientId: 'made-up-client', clientSecret: CLIENT_SECRET, clock: manualClock() },
		http: async () => {
			const reply = replies.length > 1 ? replies.shift() : replies[0];
			return await Promise.resolve({ status: 200, headers: {}, body: '', ...reply });
		},
	};
}

const isRefusal = (error: unknown): boolean =>
	error instanceof ReadFailure && error.failureClass === 'reconnect_required';

async function refreshWith(client: OAuthClient): Promise<unknown> {
	const exchange = async (token: string): ReturnType<typeof exchangeRefreshToken> =>
		await exchangeRefreshToken(client, token);
	return await refreshTokens(database.pool, ring, owner, { stale: null, exchange, isRefusal }).catch(
		(error: unknown) => error,
	);
}

const NEW = 'made-up-refresh-2';
const PAIR = { access_token: 'made-up-access-2', refresh_token: NEW, expires_in: 1800 };

/** Replies that hold a new refresh token: whatever else they hold, it is the only one that still works. */
const REPLIES: Array<[string, unknown]> = [
	['as it should be', PAIR],
	...[1e13, '1e18', 8e12, 'Infinity', -1, 0, 1e-9, '', {}, [], null, true, 'soon', '1800 '].map(
		(expires_in): [string, unknown] => [`expires_in ${JSON.stringify(expires_in)}`, { ...PAIR, expires_in }],
	),
	...['a\0b', 'a\r\nx: y', '\ud800', '☃', ['a'], {}, 7, '', null, 'a'.repeat(2_000_000)].map(
		(access_token): [string, unknown] => [
			`access token ${JSON.stringify(access_token).slice(0, 12)}`,
			{ ...PAIR, access_token },
		],
	),
	...[7, {}, 'a '.repeat(100_000), ['x', 7], { __proto__: 1 }, '\0'].map((scope): [string, unknown] => [
		`scope ${JSON.stringify(scope).slice(0, 12)}`,
		{ ...PAIR, scope },
	]),
	['an error beside the pair', { ...PAIR, error: 'invalid_grant' }],
	['fields of ours', { ...PAIR, tenantId: 'x', status: 'ERROR', metadata: { a: 1 }, constructor: 1 }],
	['cut behind the pair', JSON.stringify(PAIR).slice(0, -5)],
	['behind a byte order mark', `\ufeff${JSON.stringify(PAIR)}`],
	['nested deep', `${JSON.stringify(PAIR).slice(0, -1)},"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
];

describe('a token endpoint’s reply', () => {
	it('loses no pair, whatever it holds', async () => {
		const attacks: Attack[] = [];
		for (const [name, answer] of REPLIES) {
			await storeTokens(database.pool, ring, owner, {
				...{ accessToken: ACCESS, refreshToken: REFRESH, expiresAt: new Date(0) },
			});
			const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
			const end = await refreshWith(clientOf({ body }));
			const { refreshToken: stored } = await readTokens(database.pool, ring, owner);
			attacks.push({ name, gained: stored === NEW ? undefined : { stored, end: String(end) } });
		}
		expectRepelled('tokens: hostile replies to a refresh', attacks);
	});
});

const spaced = (text: string): string => text.replace(/(.{3})/g, '$1 ');
const FORMS: Array<[string, (secret: string) => string]> = [
	['as it is', (secret) => secret],
	['in blanks', spaced],
	['in lines', (secret) => [...secret].join('\n')],
	['as a word', (secret) => secret.replace(/\W/g, '_')],
	['URL-encoded', (secret) => encodeURIComponent(secret)],
	['in base64', (secret) => Buffer.from(`x:${secret}`).toString('base64')],
	['in base64 and blanks', (secret) => spaced(Buffer.from(secret).toString('base64url'))],
	['in hexadecimal and blanks', (secret) => spaced(Buffer.from(secret).toString('hex'))],
	['JSON-escaped', (secret) => JSON.stringify(secret).replaceAll('/', '\\/')],
];

/** What of a secret is in a text: eight signs of it in a row, however it is written. */
function leakIn(text: string, written: string): string | undefined {
	const letters = (of: string): string => of.replace(/[^a-z0-9]/gi, '').toLowerCase();
	const shown = letters(text);
	const hidden = letters(written);
	for (let at = 0; at + 8 <= hidden.length; at++) {
		const piece = hidden.slice(at, at + 8);
		if (shown.includes(piece)) return `${piece} in: ${text}`;
	}
	return undefined;
}

/** Every secret in every form. */
const echoes = SECRETS.flatMap((secret) =>
	FORMS.map(([form, write]): [string, string] => [`${secret.slice(0, 14)}… ${form}`, write(secret)]),
);

describe('an echoed secret', () => {
	it('is in no error of a token endpoint', async () => {
		const attacks: Attack[] = [];
		for (const [name, text] of echoes) {
			for (const field of ['error', 'error_description', 'status', 'message']) {
				for (const status of [200, 400, 401, 429, 500]) {
					const client = clientOf({ status, body: JSON.stringify({ [field]: text }) });
					const error = await exchangeRefreshToken(client, REFRESH).catch((caught: unknown) => caught);
					attacks.push({ name: `${field} ${status}: ${name}`, gained: leakIn(String(error), text) });
				}
			}
		}
		expectRepelled('tokens: secrets in errors of a token endpoint', attacks);
	});

	it('is in no error of an API, and in no value that is read from it', async () => {
		const attacks: Attack[] = [];
		for (const [name, text] of echoes) {
			for (const field of ['Detail', 'Message', 'title', 'error']) {
				for (const status of [400, 403, 500]) {
					const error = await callApi({ status, body: JSON.stringify({ [field]: text }) });
					attacks.push({ name: `${field} ${status}: ${name}`, gained: leakIn(String(error), text) });
				}
			}
		}
		for (const secret of SECRETS) {
			const value = await callApi({ status: 200, body: JSON.stringify({ Name: `for ${secret}.` }) });
			attacks.push({ name: 'a value', gained: leakIn(JSON.stringify(value), secret) });
		}
		expectRepelled('tokens: secrets in what an API answers', attacks);
	});
});

async function callApi(reply: Partial<HttpReply>): Promise<unknown> {
	const clock = manualClock();
	const api = createApi({
		...{ definition: xero.definition, clock, dayShare: 1, timeoutMs: 1_000, baseUrl: 'https://api.example' },
		http: async () => await Promise.resolve({ status: 200, headers: {}, body: '', ...reply }),
		application: { clientId: 'made-up-client', clientSecret: CLIENT_SECRET },
		authorisation: { by: 'engine', tokens: TOKENS },
		rateLimiters: new RateLimiters(clock),
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
	});
	const request = {
		path: '/api.xro/2.0/Organisation',
		description: 'the organisation',
		scope: 'x',
		isValid: () => true,
	};
	return await api.call(request).catch((error: unknown) => error);
}

const TOKENS = {
	current: async () => await Promise.resolve(ACCESS),
	refresh: async () => await Promise.resolve(ACCESS),
	secrets: () => [ACCESS, REFRESH],
};
