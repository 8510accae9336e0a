import { describe, expect, it } from '@jest/globals';

import { parseAnswer, parseTokens } from '../../../../nodes/engine/http/token-reply';

const now = new Date('2026-11-23T02:00:00Z');
const PAIR = { access_token: 'made-up-access', refresh_token: 'made-up-refresh' };
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

describe('the lifetime of a token', () => {
	it.each<[unknown, Date | null]>([
		[1800, inSeconds(1800)],
		['1800', inSeconds(1800)],
		[1799.5, inSeconds(1799.5)],
		[86_401, inSeconds(86_400)],
		[8e12, inSeconds(86_400)],
		[1e13, null],
		['1e18', null],
		['Infinity', null],
		[Number.POSITIVE_INFINITY, null],
		[-1, null],
		[0, null],
		// Shorter than the margin: it would be refreshed before every call.
		[60, null],
		['soon', null],
		['', null],
		[null, null],
		[undefined, null],
		[true, null],
		[[1800], null],
		[{}, null],
	])('%j is %j', (expires_in, expiresAt) => {
		expect(parseTokens({ ...PAIR, expires_in }, now)).toMatchObject({ expiresAt });
	});
});

describe('the pair in a token endpoint’s answer', () => {
	it('is kept if something beside it is nested too deeply', () => {
		const body = JSON.stringify(PAIR).replace('{', `{"more":${'['.repeat(1_000)}${']'.repeat(1_000)},`);
		expect(parseTokens(parseAnswer(body), now)).toMatchObject({ refreshToken: 'made-up-refresh' });
		const polluted = JSON.stringify(PAIR).replace('{', '{"__proto__":{"scope":"made-up"},');
		expect(parseTokens(parseAnswer(polluted), now)).not.toHaveProperty('scopes');
	});

	it.each<[string, object, object | undefined]>([
		['both', PAIR, { accessToken: 'made-up-access', refreshToken: 'made-up-refresh' }],
		['no refresh token: it is not rotated', { access_token: 'a' }, { accessToken: 'a', refreshToken: null }],
		['an empty refresh token', { ...PAIR, refresh_token: '' }, { refreshToken: null }],
		['a refresh token that is none', { ...PAIR, refresh_token: { a: 1 } }, { refreshToken: null }],
		[
			'an access token in a list',
			{ ...PAIR, access_token: ['a'] },
			{ accessToken: '', refreshToken: 'made-up-refresh' },
		],
		['an access token that no header can carry', { ...PAIR, access_token: 'a\r\nb' }, { accessToken: '' }],
		['an access token of five megabytes', { ...PAIR, access_token: 'a'.repeat(5e6) }, { accessToken: '' }],
		['none at all', { token_type: 'Bearer' }, undefined],
		['an error', { error: 'invalid_grant' }, undefined],
	])('is read from an answer with %s', (_, answer, pair) => {
		const tokens = parseTokens(answer as Record<string, unknown>, now);
		if (pair) expect(tokens).toMatchObject(pair);
		else expect(tokens).toBeUndefined();
	});

	it.each<[string, object, string[] | undefined]>([
		['with blanks', { scope: 'openid  offline_access' }, ['openid', 'offline_access']],
		['with commas', { scope: 'base,deals:read' }, ['base', 'deals:read']],
		['as a list', { scopes: ['oauth', 'crm.objects.deals.read'] }, ['oauth', 'crm.objects.deals.read']],
		['empty', { scope: '' }, undefined],
		['not at all', {}, undefined],
		['as something else', { scope: { a: 1 } }, undefined],
		['with things that are none', { scopes: ['oauth', 7, 'two words', 'x'.repeat(201)] }, ['oauth']],
		['without end', { scope: 'a '.repeat(1_000_000) }, Array(100).fill('a') as string[]],
	])('states the granted scopes %s', (_, answer, scopes) => {
		expect(parseTokens({ ...PAIR, ...answer }, now)?.scopes).toEqual(scopes);
	});
});

describe('a token endpoint’s answer', () => {
	it.each([
		['whole', '{"access_token":"a1","refresh_token":"r1"}', { access_token: 'a1', refresh_token: 'r1' }],
		['behind a byte order mark', '\ufeff{"refresh_token":"r1"}', { refresh_token: 'r1' }],
		[
			'cut behind the pair',
			'{"access_token":"a1", "refresh_token": "r\\u0031", "expi',
			{ access_token: 'a1', refresh_token: 'r1' },
		],
		['cut within the refresh token', '{"access_token":"a1","refresh_token":"r', { access_token: 'a1' }],
		['a web page', '<html>"refresh_token":"r1"</html>', {}],
		['a list', '[1]', {}],
		['nothing', '', {}],
		['null', 'null', {}],
	])('is read when it is %s', (_, body, answer) => {
		expect(parseAnswer(body)).toEqual(answer);
	});

	it('examines only the start of megabytes that are not JSON', () => {
		expect(parseAnswer('{"refresh_token":"\\'.repeat(1_000_000))).toEqual({});
	});
});
