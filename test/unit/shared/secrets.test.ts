import { describe, expect, it } from '@jest/globals';

import { removeEchoes, withoutSecrets } from '../../../nodes/shared/secrets';

// Made up, and shaped as providers' are.
const TOKEN = 'made-up.eyJhbGciOi/J9+token_0123456789';
const SHORT = 's3cr-et!9';

describe('a text from outside', () => {
	it('is shown as it is where it holds no secret', () => {
		const text = 'The organisation "Harbour & Söhne" is not subscribed (error 17).';
		expect(withoutSecrets(text, [TOKEN, SHORT])).toBe(text);
	});

	it.each([
		['as it is', TOKEN],
		['in blanks', [...TOKEN].join(' ')],
		['in pieces of four', TOKEN.replace(/(.{4})/g, '$1\n\t')],
		['in zero-width blanks', [...TOKEN].join('\u200b')],
		['in upper case', TOKEN.toUpperCase()],
		['URL-encoded', encodeURIComponent(TOKEN)],
		['URL-encoded sign by sign', [...TOKEN].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join('')],
		['JSON-escaped', JSON.stringify(TOKEN).replaceAll('/', '\\/')],
		[
			'in JSON escapes alone',
			[...TOKEN].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
		],
		['in base64', Buffer.from(TOKEN).toString('base64')],
		['in base64url, in blanks', [...Buffer.from(TOKEN).toString('base64url')].join(' ')],
		[
			'in a Basic header',
			Buffer.from(`x:${TOKEN}`)
				.toString('base64')
				.replace(/(.{9})/g, '$1 '),
		],
		[
			'in hexadecimal',
			Buffer.from(TOKEN)
				.toString('hex')
				.replace(/(.{2})/g, '$1:'),
		],
		['in part', TOKEN.slice(5, 22)],
	])('holds no token %s', (_, written) => {
		const shown = withoutSecrets(`Refused: ${written}, sorry`, [TOKEN]);
		expect(shown).toContain('Refused: ');
		const letters = (text: string): string => text.replace(/[^a-z0-9]/gi, '').toLowerCase();
		// The sign beside the secret is encoded with a part of it.
		expect(letters(shown).replaceAll('removed', '')).toMatch(/^refused.{0,3}sorry$/);
	});

	it('holds no secret that is short', () => {
		expect(withoutSecrets(`client_secret=${SHORT}&x`, [SHORT])).toBe('client_secret=[removed]&x');
		expect(withoutSecrets('client_secret=s3 cr-e t!9', [SHORT])).toBe('client_secret=[removed]');
	});

	it('is not changed by a secret that is empty or a word', () => {
		expect(withoutSecrets('a test of tests', ['', 'test'])).toBe('a test of tests');
	});

	it('is cut before it is searched, so that a megabyte costs as much as a page', () => {
		const text = `${'a b '.repeat(1_000_000)}${TOKEN}`;
		expect(withoutSecrets(text, [TOKEN, 'x'.repeat(5_000_000)])).toHaveLength(300);
	});

	it('hides no piece of a secret where it was cut', () => {
		const filler = `${TOKEN} `.repeat(220).slice(0, 8_192 - 12);
		expect(withoutSecrets(filler + TOKEN, [TOKEN])).not.toMatch(/made-up/i);
	});
});

describe('a reply', () => {
	it('loses the secrets of the call, however JSON writes them, and nothing that only looks like one', () => {
		const body = JSON.stringify({ name: `the ${TOKEN} of it` });
		const cleaned = JSON.stringify({ name: 'the [removed] of it' });
		expect(removeEchoes(body, [TOKEN])).toBe(cleaned);
		expect(removeEchoes(body.replaceAll('/', '\\/'), [TOKEN])).toBe(cleaned);
		const other = '{"id":"a-long-value-that-is-nobodys-secret-at-all","word":"password"}';
		expect(removeEchoes(other, [TOKEN, 'password'])).toBe(other);
	});
});
