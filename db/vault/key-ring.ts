import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** The fields of the credential `zixlyTokenKeyApi`. */
export interface KeyRingFields {
	activeKeyId: string;
	/** 32 bytes in base64. */
	activeKey: string;
	/** One `id:base64` a line. */
	retiredKeys?: string;
}

/** The key that seals and all keys that open, by their ids. */
export interface KeyRing {
	activeKeyId: string;
	keys: ReadonlyMap<string, KeyObject>;
}

export class KeyRingError extends Error {
	override readonly name = 'KeyRingError';
}

const KEY_BYTES = 32;
/** What a key may be called. */
export const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Reads the credential's fields.
 * @throws KeyRingError that names the field and never the key
 */
export function keyRing({ activeKeyId, activeKey, retiredKeys = '' }: KeyRingFields): KeyRing {
	const keys = new Map<string, KeyObject>();
	add(keys, activeKeyId.trim(), activeKey.trim(), 'Active Key');
	for (const line of retiredKeys.split(/\r?\n/).map((text) => text.trim())) {
		if (line === '') continue;
		const colon = line.indexOf(':');
		if (colon < 0)
			throw new KeyRingError('A line of Retired Keys has no colon. Write one "id:base64" a line.');
		add(keys, line.slice(0, colon).trim(), line.slice(colon + 1).trim(), 'Retired Keys');
	}
	return { activeKeyId: activeKeyId.trim(), keys };
}

/** A new key for the credential. */
export function generateKey(): { id: string; key: string } {
	const day = new Date().toISOString().slice(0, 10);
	return { id: `k${day}-${randomBytes(3).toString('hex')}`, key: randomBytes(KEY_BYTES).toString('base64') };
}

function add(keys: Map<string, KeyObject>, id: string, base64: string, field: string): void {
	if (!KEY_ID.test(id)) {
		throw new KeyRingError(
			`A key id of ${field} cannot be used. It needs 1 to 32 letters, digits, "-" or "_"; "zixly key generate" makes one.`,
		);
	}
	if (keys.has(id))
		throw new KeyRingError(`The key id "${id}" stands twice. Give every key an id of its own.`);
	const key = createSecretKey(decodeKey(base64, `${field} "${id}"`));
	// The id is not part of what is sealed: under two ids one key would open a text whose id was changed.
	for (const [other, known] of keys) {
		if (known.equals(key))
			throw new KeyRingError(`"${other}" and "${id}" hold the same key. Give every id a key of its own.`);
	}
	keys.set(id, key);
}

function decodeKey(base64: string, what: string): Buffer {
	if (base64 === '') throw new KeyRingError(`${what} is empty. "zixly key generate" makes a key.`);
	const bytes = Buffer.from(base64, 'base64');
	if (bytes.toString('base64') !== base64) {
		throw new KeyRingError(`${what} is not proper base64. Copy the key again, whole and without spaces.`);
	}
	if (bytes.length !== KEY_BYTES) {
		throw new KeyRingError(
			`${what} has ${bytes.length} bytes, and 32 are needed. "zixly key generate" makes one.`,
		);
	}
	return bytes;
}
