import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { generateKey, keyRing, KeyRingError, type KeyRingFields } from '../../../../db/vault/key-ring';

const newKey = (): string => randomBytes(32).toString('base64');
const refusal = (fields: KeyRingFields): Error => {
	try {
		keyRing(fields);
	} catch (error) {
		return error as Error;
	}
	throw new Error('The key ring was taken.');
};

describe('a generated key', () => {
	it('makes a key ring, and is another one each time', () => {
		const { id, key } = generateKey();
		expect(keyRing({ activeKeyId: id, activeKey: key }).activeKeyId).toBe(id);
		expect(Buffer.from(key, 'base64')).toHaveLength(32);
		expect(generateKey()).not.toEqual({ id, key });
	});
});

describe('the key ring', () => {
	it('holds the active and the retired keys, whatever blanks surround them', () => {
		const ring = keyRing({
			activeKeyId: ' new ',
			activeKey: ` ${newKey()}\n`,
			retiredKeys: `\n old-1:${newKey()} \r\nold_2 : ${newKey()}\n\n`,
		});
		expect(ring.activeKeyId).toBe('new');
		expect([...ring.keys.keys()]).toEqual(['new', 'old-1', 'old_2']);
	});

	it.each([
		['an empty key', '', /"k1" is empty.*zixly key generate/],
		['a short key', randomBytes(31).toString('base64'), /"k1" has 31 bytes, but 32 are needed/],
		['a long key', randomBytes(33).toString('base64'), /33 bytes/],
		['a key that is no base64', 'not a key', /not valid base64/],
		['a key in hex', randomBytes(32).toString('hex'), /48 bytes/],
		['a key in base64url', `${Buffer.alloc(32, 0xfb).toString('base64url')}=`, /not valid base64/],
		['a key without its padding', Buffer.alloc(32, 1).toString('base64').slice(0, -1), /not valid base64/],
		[
			'a key with spare bits set',
			Buffer.alloc(32).toString('base64').replace('A=', 'B='),
			/not valid base64/,
		],
	])('refuses %s and says so without showing it', (_, activeKey, message) => {
		const error = refusal({ activeKeyId: 'k1', activeKey });
		expect(error).toBeInstanceOf(KeyRingError);
		expect(error.message).toMatch(message);
		if (activeKey) expect(error.message).not.toContain(activeKey.trim());
	});

	it.each(['', 'a b', 'a.b', 'ä', 'x'.repeat(33)])('refuses the key id "%s"', (activeKeyId) => {
		expect(refusal({ activeKeyId, activeKey: newKey() }).message).toMatch(/1 to 32 letters/);
	});

	it('refuses retired keys that cannot be used', () => {
		const active = { activeKeyId: 'k1', activeKey: newKey() };
		const short = randomBytes(16).toString('base64');
		const lines: Array<[string, RegExp]> = [
			[newKey(), /no colon/],
			[`k0:${short}`, /Retired Keys "k0" has 16 bytes/],
			[`k1:${newKey()}`, /"k1" occurs twice/],
			[`k0:${active.activeKey}`, /"k1" and "k0" are the same key/],
		];
		for (const [retiredKeys, message] of lines) {
			const error = refusal({ ...active, retiredKeys });
			expect(error.message).toMatch(message);
			expect(error.message).not.toContain(retiredKeys.split(':').at(-1));
		}
	});

	it('shows no key when it is logged', () => {
		const activeKey = newKey();
		const ring = keyRing({ activeKeyId: 'k1', activeKey });
		const hex = Buffer.from(activeKey, 'base64').toString('hex');
		const shown = inspect(ring, { depth: 9, showHidden: true }) + JSON.stringify([...ring.keys]);
		expect(shown).not.toContain(activeKey);
		expect(shown.replaceAll(' ', '')).not.toContain(hex.slice(0, 16));
	});
});
