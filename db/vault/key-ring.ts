import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

import { ExplainedError } from '../postgres/explained-error';

/** The fields of the credential `zixlyTokenKeyApi`. */
export interface KeyRingFields {
	activeKeyId: string;
	/** 32 bytes in base64. */
	activeKey: string;
	/** One `id:base64` per line. */
	retiredKeys?: string;
}

/** The keys by id. The active one seals; all can open. */
export interface KeyRing {
	activeKeyId: string;
	keys: ReadonlyMap<string, KeyObject>;
}

export class KeyRingError extends ExplainedError {
	override readonly name = 'KeyRingError';
}

const KEY_BYTES = 32;
/** A line that needs nothing but a shell. */
const CREATE_KEY = 'To create a key run "openssl rand -base64 32" or "zixly key generate".';
/** A valid key id. */
export const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Reads the credential's fields.
 * @throws KeyRingError that names the field, never the key
 */
export function keyRing({ activeKeyId, activeKey, retiredKeys = '' }: KeyRingFields): KeyRing {
	const keys = new Map<string, KeyObject>();
	addKey(keys, activeKeyId.trim(), activeKey.trim(), 'Active Key');
	for (const line of retiredKeys.split(/\r?\n/).map((text) => text.trim())) {
		if (line === '') continue;
		const colon = line.indexOf(':');
		if (colon < 0)
			throw new KeyRingError('A line of Retired Keys has no colon.', 'Write one "id:base64" per line.');
		addKey(keys, line.slice(0, colon).trim(), line.slice(colon + 1).trim(), 'Retired Keys');
	}
	return { activeKeyId: activeKeyId.trim(), keys };
}

/** A new key for the credential. */
export function generateKey(): { id: string; key: string } {
	const day = new Date().toISOString().slice(0, 10);
	return { id: `k${day}-${randomBytes(3).toString('hex')}`, key: randomBytes(KEY_BYTES).toString('base64') };
}

function addKey(keys: Map<string, KeyObject>, id: string, base64: string, field: string): void {
	if (!KEY_ID.test(id)) {
		throw new KeyRingError(
			`A key id in ${field} is invalid.`,
			'Choose 1 to 32 letters, digits, "-" or "_", such as k2026-11.',
		);
	}
	if (keys.has(id)) throw new KeyRingError(`The key id "${id}" occurs twice.`, 'Give every key its own id.');
	const key = createSecretKey(decodeKey(base64, `${field} "${id}"`));
	// The id is not authenticated: if one key had two ids, a token whose key id was changed would still open.
	for (const [other, known] of keys) {
		if (known.equals(key))
			throw new KeyRingError(`"${other}" and "${id}" are the same key.`, 'Give every id its own key.');
	}
	keys.set(id, key);
}

function decodeKey(base64: string, what: string): Buffer {
	if (base64 === '') throw new KeyRingError(`${what} is empty.`, CREATE_KEY);
	const bytes = Buffer.from(base64, 'base64');
	if (bytes.toString('base64') !== base64) {
		throw new KeyRingError(`${what} is not valid base64.`, 'Copy the whole key again, without spaces.');
	}
	if (bytes.length !== KEY_BYTES) {
		throw new KeyRingError(`${what} has ${bytes.length} bytes, but 32 are needed.`, CREATE_KEY);
	}
	return bytes;
}
