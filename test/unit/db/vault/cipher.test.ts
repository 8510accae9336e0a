import { randomBytes } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { generateKey, keyRing, type KeyRing } from '../../../../db/vault/key-ring';
import { open, seal, VaultError, type TokenPlace } from '../../../../db/vault/cipher';

const SECRET = 'made-up-refresh-token-1';
const place: TokenPlace = { tenantId: 'tenant-1', provider: 'xero', column: 'refresh_token' };
const { key } = generateKey();
const ring = keyRing({ activeKeyId: 'k1', activeKey: key });

const newRing = (activeKeyId: string, retiredKeys?: string): KeyRing =>
	keyRing({ activeKeyId, activeKey: generateKey().key, retiredKeys });

/** The code with which a text is refused; undefined where it opens. */
function refusal(sealed: string, at: TokenPlace = place, keys: KeyRing = ring): string | undefined {
	try {
		open(keys, at, sealed);
		return undefined;
	} catch (error) {
		if (!(error instanceof VaultError)) throw error;
		expect(error.message).not.toContain(SECRET);
		for (const part of sealed.split('.').slice(2))
			if (part.length > 8) expect(error.message).not.toContain(part);
		return error.code;
	}
}

function withPart(sealed: string, index: number, part: string): string {
	return sealed.split('.').with(index, part).join('.');
}

describe('a sealed text', () => {
	it.each([
		['empty', ''],
		['of one byte', 'x'],
		['a token', SECRET],
		['of 64 KB', 'x'.repeat(65_536)],
		['not of ASCII', 'Zugangsschlüssel 🔑 密钥\u0000\n'],
	])('opens again: %s', (_, text) => {
		expect(open(ring, place, seal(ring, place, text))).toBe(text);
	});

	it('has the form v1.<key id>.<iv>.<ciphertext>.<tag> in base64url without padding', () => {
		const sealed = seal(ring, place, SECRET);
		expect(sealed).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]{31}\.[\w-]{22}$/);
		expect(sealed).not.toContain(SECRET);
	});

	it('never has the same nonce: 1,000,000 of them differ', () => {
		const nonces = new Set<string>();
		for (let round = 0; round < 1_000_000; round++) nonces.add(seal(ring, place, '').slice(6, 22));
		expect(nonces.size).toBe(1_000_000);
	});
});

describe('a changed text', () => {
	const sealed = seal(ring, place, SECRET);

	it.each([
		['nonce', 2],
		['ciphertext', 3],
		['tag', 4],
	])('is rejected with any single bit of the %s flipped', (_, index) => {
		const bytes = Buffer.from(sealed.split('.')[index]!, 'base64url');
		for (let bit = 0; bit < bytes.length * 8; bit++) {
			const changed = Buffer.from(bytes);
			changed[bit >> 3]! ^= 1 << (bit & 7);
			expect(refusal(withPart(sealed, index, changed.toString('base64url')))).toBe('not_authentic');
		}
	});

	it('is rejected with any flipped bit of any character: version, key id, encodings and dots', () => {
		for (let at = 0; at < sealed.length; at++) {
			for (let bit = 0; bit < 8; bit++) {
				const character = String.fromCharCode(sealed.charCodeAt(at) ^ (1 << bit));
				expect(refusal(sealed.slice(0, at) + character + sealed.slice(at + 1))).toBeDefined();
			}
		}
	});

	it('is rejected with every key id that differs in one bit, even from a known key', () => {
		for (let bit = 0; bit < 8; bit++) {
			const id = `k${String.fromCharCode('1'.charCodeAt(0) ^ (1 << bit))}`;
			const changed = withPart(sealed, 1, id);
			expect(refusal(changed)).toMatch(/unknown_key|malformed/);
			if (!/^[\w-]+$/.test(id)) continue;
			const both = keyRing({ activeKeyId: 'k1', activeKey: key, retiredKeys: `${id}:${generateKey().key}` });
			expect(refusal(changed, place, both)).toBe('not_authentic');
		}
	});

	it('is rejected in every encoding that is not canonical', () => {
		const tag = sealed.split('.')[4]!;
		const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
		const sameBytes = [...alphabet]
			.map((last) => tag.slice(0, -1) + last)
			.filter(
				(other) => other !== tag && Buffer.from(other, 'base64url').equals(Buffer.from(tag, 'base64url')),
			);
		expect(sameBytes).toHaveLength(15);
		const others = [...sameBytes, `${tag}==`, `${tag} `, `${tag.slice(0, 9)}\n${tag.slice(9)}`];
		for (const other of others) expect(refusal(withPart(sealed, 4, other))).toBe('malformed');
		const standard = sealed.replaceAll('-', '+').replaceAll('_', '/');
		if (standard !== sealed) expect(refusal(standard)).toBe('malformed');
	});

	it.each([
		['nothing', ''],
		['a plain token', SECRET],
		['another version', sealed.replace('v1', 'v2')],
		['a part less', sealed.split('.').slice(0, 4).join('.')],
		['a part more', `${sealed}.x`],
		['a short nonce', withPart(sealed, 2, randomBytes(11).toString('base64url'))],
		[
			'a short tag',
			withPart(
				sealed,
				4,
				Buffer.from(sealed.split('.')[4]!, 'base64url').subarray(0, 12).toString('base64url'),
			),
		],
		['an empty tag', withPart(sealed, 4, '')],
		['a key id that cannot be one', withPart(sealed, 1, 'x'.repeat(33))],
	])('is rejected when it is %s', (_, text) => {
		expect(refusal(text)).toBe('malformed');
	});

	it('is rejected when it was moved to another tenant, provider or column', () => {
		expect(refusal(sealed, { ...place, tenantId: 'tenant-2' })).toBe('not_authentic');
		expect(refusal(sealed, { ...place, provider: 'myob' })).toBe('not_authentic');
		expect(refusal(sealed, { ...place, column: 'access_token' })).toBe('not_authentic');
		expect(refusal(sealed)).toBeUndefined();
	});

	it('is rejected when it was moved to where the tenant and the provider would read the same together', () => {
		const odd = seal(ring, { ...place, tenantId: 'a|b', provider: 'c' }, SECRET);
		expect(refusal(odd, { ...place, tenantId: 'a', provider: 'b|c' })).toBe('malformed');
		expect(() => seal(ring, { ...place, provider: 'b|c' }, SECRET)).toThrow(VaultError);
	});
});

describe('keys', () => {
	it('open what they sealed after they were retired, and the new one seals', () => {
		const old = seal(ring, place, SECRET);
		const both = newRing('k2', `k1:${key}`);
		const next = seal(both, place, SECRET);
		expect(open(both, place, old)).toBe(SECRET);
		expect(open(both, place, next)).toBe(SECRET);
		expect(next).toMatch(/^v1\.k2\./);
		expect(refusal(next)).toBe('unknown_key');
	});

	it('names missing keys', () => {
		const sealed = seal(ring, place, SECRET);
		expect(() => open(newRing('k2'), place, sealed)).toThrow(
			/The key "k1" is not in .* Add it to Retired Keys/,
		);
	});

	it('rejects other bytes under the same key id', () => {
		expect(refusal(seal(ring, place, SECRET), place, newRing('k1'))).toBe('not_authentic');
	});

	it('open a text that an earlier version of this package sealed', () => {
		const fixed = keyRing({ activeKeyId: 'then', activeKey: Buffer.alloc(32, 7).toString('base64') });
		expect(open(fixed, place, OF_OLD)).toBe(SECRET);
	});
});

/** Sealed by version 0.1.0 with a key of 32 bytes 7; must open for ever. */
const OF_OLD = 'v1.then.7dw7eQeKZebr2Ndy.kAmItGV2c8q2YjZIzRKCdAni8sGmxks._kByPoEnYpy-ToqgmLYzRQ';
