import { describe, expect, it } from '@jest/globals';

import { ConnectAddress } from '../../../nodes/Connect/http/address';
import { sendAnswer, type Answer, type AnswerSettings } from '../../../nodes/Connect/http/answer';
import { Browser } from '../../../nodes/Connect/http/browser';
import { buildCookie, readCookie } from '../../../nodes/Connect/http/cookies';
import { Fields } from '../../../nodes/Connect/http/fields';
import { isOwnOrigin } from '../../../nodes/Connect/http/origin';

const secure = new ConnectAddress('https://hooks.example.com/zx/webhook/zixly-connect');
const local = new ConnectAddress('http://localhost:5678/webhook/zixly-connect');

describe('the address of the pages', () => {
	it.each([
		'http://n8n.example.com/webhook/zixly-connect',
		'http://localhost.example.com/webhook/zixly-connect',
		'http://127.0.0.1.example.com/webhook/zixly-connect',
		'ftp://localhost/webhook/zixly-connect',
		'not an address',
		'',
		undefined,
	])('does not accept %s', (url) => {
		expect(() => new ConnectAddress(url)).toThrow(/https|address/);
	});

	it('keeps a prefix of the proxy in every address', () => {
		expect(secure.callback('xero')).toBe('https://hooks.example.com/zx/webhook/zixly-connect/callback/xero');
		expect(secure.page('result', { status: 'connected' })).toBe(
			'https://hooks.example.com/zx/webhook/zixly-connect/result?status=connected',
		);
		expect(secure.link('l1', 'p=&')).toBe(
			'https://hooks.example.com/zx/webhook/zixly-connect?link=l1&proof=p%3D%26',
		);
		expect(secure.origin).toBe('https://hooks.example.com');
	});

	it('removes a slash at the end and a query', () => {
		const address = new ConnectAddress('http://[::1]:5678/webhook/zixly-connect/?a=1#b');
		expect(address.startUrl).toBe('http://[::1]:5678/webhook/zixly-connect');
	});
});

describe('the cookie', () => {
	it('has the prefix that binds it to host and https', () => {
		expect(buildCookie('browser', 'abc', secure)).toBe(
			'__Host-zixly-connect=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=604800',
		);
	});

	it('has no prefix on the loopback without https, where browsers would not keep it', () => {
		expect(buildCookie('browser', 'abc', local)).toMatch(
			/^zixly-connect=abc; Path=\/webhook\/zixly-connect; HttpOnly; SameSite=Lax/,
		);
	});

	it.each([
		['a=1; __Host-zixly-connect=abc; b=2', 'abc'],
		['zixly-connect=abc', undefined],
		['x__Host-zixly-connect=abc', undefined],
		['__Host-zixly-connect=abc; __Host-zixly-connect=def', undefined],
		[`__Host-zixly-connect=abc; ${'x'.repeat(17_000)}`, undefined],
		['', undefined],
		[undefined, undefined],
	])('is read from %s as %s', (header, value) => {
		expect(readCookie(header, 'browser', secure)).toBe(value);
	});
});

describe('a browser', () => {
	it('keeps a secret that we made, and takes no other', () => {
		const made = Browser.create();
		expect(Browser.fromCookie(made.secret)?.hash).toBe(made.hash);
		for (const other of [undefined, '', 'short', `${made.secret}x`, `${made.secret.slice(1)}=`])
			expect(Browser.fromCookie(other)).toBeUndefined();
	});

	it('proves a link to itself alone, and that link alone', () => {
		const [own, other] = [Browser.create(), Browser.create()];
		const proof = own.proveLink('hash-1');
		expect(own.hasProof(proof, 'hash-1')).toBe(true);
		expect(own.hasProof(proof, 'hash-2')).toBe(false);
		expect(other.hasProof(proof, 'hash-1')).toBe(false);
		for (const forged of ['', `${proof}x`, own.formToken]) expect(own.hasProof(forged, 'hash-1')).toBe(false);
	});

	it('has a form token of its own, which says nothing of the secret', () => {
		const [own, other] = [Browser.create(), Browser.create()];
		expect(own.hasFormToken(own.formToken)).toBe(true);
		expect(own.hasFormToken(other.formToken)).toBe(false);
		expect(own.hasFormToken('')).toBe(false);
		expect([own.formToken, own.hash, own.proveLink('')]).not.toContain(own.secret);
	});
});

describe('the origin of a form', () => {
	it.each([
		[{ origin: 'https://hooks.example.com' }, true],
		[{ origin: 'https://hooks.example.com', 'sec-fetch-site': 'cross-site' }, true],
		[{ origin: 'https://evil.example' }, false],
		[{ origin: 'null' }, false],
		[{ origin: 'https://hooks.example.com.evil.example' }, false],
		[{ origin: '', 'sec-fetch-site': 'same-origin' }, false],
		[{ 'sec-fetch-site': 'same-origin' }, true],
		[{ 'sec-fetch-site': 'same-site' }, false],
		[{ 'sec-fetch-site': 'none' }, false],
		[{}, false],
	])('is our own with the headers %j: %s', (headers, expected) => {
		expect(isOwnOrigin(headers, secure.origin)).toBe(expected);
	});
});

describe('fields', () => {
	it('takes texts and no arrays, objects or over-long values', () => {
		const fields = new Fields({ a: 'x', b: ['x', 'y'], c: { d: 'x' }, e: 'x'.repeat(5_000), f: 7 });
		expect(
			['a', 'b', 'c', 'e', 'f', 'none', '__proto__', 'constructor'].map((name) => fields.text(name)),
		).toEqual(['x', '', '', '', '', '', '', '']);
		expect(fields.all()).toEqual({ a: 'x' });
	});

	it('takes a list of texts, and nothing of a list with something else', () => {
		const fields = new Fields({
			one: 'x',
			many: ['x', 'y'],
			odd: ['x', { a: 1 }],
			long: Array(2_000).fill('x'),
		});
		expect(['one', 'many', 'odd', 'long', 'none'].map((name) => fields.texts(name))).toEqual([
			['x'],
			['x', 'y'],
			[],
			[],
			[],
		]);
	});

	it.each([undefined, null, 'text', ['a'], 7])('takes nothing from %j', (source) => {
		expect(new Fields(source).all()).toEqual({});
	});
});

describe('an answer', () => {
	const settings: AnswerSettings = {
		address: secure,
		logoOrigin: 'https://img.example.com',
	};
	const page = { status: 200, html: '<p>x</p>', nonce: 'bm9uY2U=' };

	it('obeys a policy without scripts', () => {
		const { headers } = send({ page, formOrigins: ['https://login.xero.com'] }, settings);
		expect(headers['content-security-policy']).toBe(
			"default-src 'none'; style-src 'nonce-bm9uY2U='; img-src https://img.example.com; form-action 'self' https://login.xero.com; frame-ancestors 'none'; base-uri 'none'; sandbox allow-forms allow-same-origin",
		);
		expect(headers).toMatchObject({
			'cache-control': 'no-store, no-transform',
			'referrer-policy': 'same-origin',
			'x-content-type-options': 'nosniff',
			'x-zixly-connect': '1',
		});
	});

	it('takes off what n8n admits for other origins', () => {
		const sent = send({ page }, settings, { 'access-control-allow-origin': 'https://evil.example' });
		expect(Object.keys(sent.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
	});

	it('leads on with 303, its cookies and no body', () => {
		const sent = send({ to: 'https://a.example/', cookies: ['a=1', 'b=2'] }, settings);
		expect(sent).toMatchObject({ status: 303, body: undefined });
		expect(sent.headers).toMatchObject({ location: 'https://a.example/', 'set-cookie': ['a=1', 'b=2'] });
	});

	it('has no body for HEAD', () => {
		expect(send({ page }, settings, {}, 'HEAD').body).toBeUndefined();
		expect(send({ page }, settings).body).toBe('<p>x</p>');
	});
});

/** As much of a response as an answer uses; a real one is used in the journeys. */
function send(answer: Answer, settings: AnswerSettings, before: Record<string, string> = {}, method = 'GET') {
	const headers: Record<string, unknown> = { ...before };
	const sent: { status: number; headers: typeof headers; body: unknown } = { status: 0, headers, body: null };
	const response = {
		req: { method },
		set statusCode(status: number) {
			sent.status = status;
		},
		setHeader: (name: string, value: unknown) => (headers[name.toLowerCase()] = value),
		removeHeader: (name: string) => delete headers[name.toLowerCase()],
		end: (body: unknown) => (sent.body = body),
	};
	sendAnswer(response as never, answer, settings);
	return sent;
}
