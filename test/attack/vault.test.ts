import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { keyRing } from '../../db/vault/key-ring';
import { open, seal, type TokenPlace } from '../../db/vault/cipher';
import { expectRepelled, type Attack } from '../support/expect/attacks';

// Made up, and recognisable as such.
const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const ring = keyRing({ activeKeyId: 'k1', activeKey: key(1), retiredKeys: `k0:${key(2)}` });
const place: TokenPlace = { tenantId: 't1', provider: 'xero', column: 'access_token' };
const SECRET = 'the made-up token ☃';
const sealed = seal(ring, place, SECRET);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= ';

function tryOpen(name: string, text: string, at: TokenPlace = place): Attack {
	try {
		return { name, gained: open(ring, at, text) };
	} catch {
		return { name };
	}
}

function tryRing(name: string, settings: Parameters<typeof keyRing>[0]): Attack {
	try {
		return { name, gained: keyRing(settings) };
	} catch (error) {
		const { message } = error as Error;
		return { name, gained: [key(1), key(2)].find((secret) => message.includes(secret)) };
	}
}

describe('the vault', () => {
	it('opens no text of which one character was changed, or the end was cut off', () => {
		const flips = [...sealed].flatMap((was, index) =>
			[...ALPHABET]
				.filter((other) => other !== was)
				.map((other) =>
					tryOpen(`flip ${index} to ${other}`, sealed.slice(0, index) + other + sealed.slice(index + 1)),
				),
		);
		const cuts = [...sealed].map((_, index) => tryOpen(`cut at ${index}`, sealed.slice(0, index)));
		expectRepelled('vault: changed texts', [...flips, ...cuts]);
	});

	it('opens no text that was spliced, decorated or given another key', () => {
		const parts = sealed.split('.');
		const others = seal(ring, place, 'another made-up token').split('.');
		const splices = [2, 3, 4].map((index) =>
			tryOpen(`splice ${index}`, parts.with(index, others[index]!).join('.')),
		);
		const decorated = [
			...['=', '.', '\n', 'A'].map((end) => sealed + end),
			` ${sealed}`,
			sealed.toUpperCase(),
			`v2${sealed.slice(2)}`,
			...['k0', '__proto__', 'constructor', ''].map((id) => sealed.replace('k1', id)),
			'',
			'....',
			'v1.k1...',
			'v1.k1.AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA',
		].map((text) => tryOpen(JSON.stringify(text.slice(0, 30)), text));
		expectRepelled('vault: spliced texts', [...splices, ...decorated]);
	});

	it('opens no text in the place of another tenant, provider or column', () => {
		const places: TokenPlace[] = [
			{ ...place, tenantId: 't2' },
			{ ...place, provider: 'myob' },
			{ ...place, column: 'refresh_token' },
			{ ...place, tenantId: 't1|xero' },
			{ tenantId: 't', provider: '1|xero', column: 'access_token' },
			{ ...place, tenantId: 'T1' },
			{ ...place, tenantId: 't1 ' },
			{ ...place, tenantId: 't1\0' },
		];
		expectRepelled(
			'vault: moved texts',
			places.map((at) => tryOpen(JSON.stringify(at), sealed, at)),
		);
	});

	it('takes no malformed key ring, and names no key in its errors', () => {
		const active = { activeKeyId: 'a', activeKey: key(1) };
		expectRepelled('vault: key rings', [
			tryRing('31 bytes', { ...active, activeKey: Buffer.alloc(31).toString('base64') }),
			tryRing('64 bytes', { ...active, activeKey: Buffer.alloc(64).toString('base64') }),
			tryRing('hexadecimal', { ...active, activeKey: '00'.repeat(32) }),
			tryRing('the alphabet of URLs', { ...active, activeKey: Buffer.alloc(32, 255).toString('base64url') }),
			tryRing('a space inside', { ...active, activeKey: `${key(1).slice(0, 9)} ${key(1).slice(9)}` }),
			tryRing('empty', { ...active, activeKey: '' }),
			tryRing('an ID twice', { ...active, retiredKeys: `a:${key(2)}` }),
			tryRing('a key twice', { ...active, retiredKeys: `b:${key(1)}` }),
			tryRing('a dot in the ID', { ...active, activeKeyId: 'a.b' }),
			tryRing('a line break in the ID', { ...active, activeKeyId: 'a\nb' }),
			tryRing('a wide letter as ID', { ...active, activeKeyId: 'ａ' }),
			tryRing('a retired key without its ID', { ...active, retiredKeys: key(2) }),
		]);
	});

	it('shows no key when a key ring is printed', () => {
		const printed = [JSON.stringify(ring), inspect(ring, { depth: 10, showHidden: true })];
		for (const text of printed) expect(text).not.toContain(key(1));
	});
});
