import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

import { ExplainedError } from '../postgres/explained-error';
import { KEY_ID, type KeyRing } from './key-ring';

/**
 * Where a sealed text belongs: a token's column, or what a state of the connect flow keeps. A text that was moved to
 * another row, state or column cannot be opened.
 */
export interface TokenPlace {
	tenantId: string;
	provider: string;
	column: 'access_token' | 'refresh_token' | `connect:${string}`;
}

export type VaultErrorCode = 'malformed' | 'unknown_key' | 'not_authentic';

export class VaultError extends ExplainedError {
	override readonly name = 'VaultError';

	constructor(
		readonly code: VaultErrorCode,
		summary: string,
		hint?: string,
	) {
		super(summary, hint);
	}
}

const CIPHER = 'aes-256-gcm';
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals a text under the active key: `v1.<key id>.<iv>.<ciphertext>.<tag>`, the last three in base64url. */
export function seal(ring: KeyRing, place: TokenPlace, plaintext: string): string {
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv(CIPHER, getKey(ring, ring.activeKeyId), nonce, { authTagLength: TAG_BYTES });
	cipher.setAAD(buildIdentity(place));
	const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
	const parts = [nonce, sealed, cipher.getAuthTag()].map((bytes) => bytes.toString('base64url'));
	return [VERSION, ring.activeKeyId, ...parts].join('.');
}

/**
 * Opens a sealed text.
 * @throws VaultError `malformed`, `unknown_key` or `not_authentic` (changed, or sealed for another column)
 */
export function open(ring: KeyRing, place: TokenPlace, sealed: string): string {
	const { keyId, nonce, ciphertext, tag } = parse(sealed);
	const decipher = createDecipheriv(CIPHER, getKey(ring, keyId), nonce, { authTagLength: TAG_BYTES });
	decipher.setAAD(buildIdentity(place));
	decipher.setAuthTag(tag);
	try {
		return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
	} catch {
		throw new VaultError(
			'not_authentic',
			`The ${nameColumn(place)} cannot be opened: it was changed, moved from another row, or sealed with another key that has the same id.`,
			'Connect the tenant again.',
		);
	}
}

/** The id of the key that a text was sealed with. @throws VaultError `malformed` */
export function readKeyId(sealed: string): string {
	return parse(sealed).keyId;
}

const nameColumn = ({ column }: TokenPlace): string => column.replace(/^connect:.*/, 'pending consent');

interface SealedParts {
	keyId: string;
	nonce: Buffer;
	ciphertext: Buffer;
	tag: Buffer;
}

function parse(sealed: string): SealedParts {
	const parts = sealed.split('.');
	const [version, keyId = '', ...encoded] = parts;
	const [nonce, ciphertext, tag] = encoded.map(decodeBase64Url);
	const complete =
		parts.length === 5 && nonce?.length === NONCE_BYTES && tag?.length === TAG_BYTES && ciphertext;
	if (version !== VERSION || !KEY_ID.test(keyId) || !complete) {
		throw new VaultError(
			'malformed',
			"A stored token does not have the vault's format.",
			'Connect the tenant again.',
		);
	}
	return { keyId, nonce, ciphertext, tag };
}

// The last character of a base64url text has unused bits. Only the canonical text is accepted for its bytes.
function decodeBase64Url(text: string): Buffer | undefined {
	const bytes = Buffer.from(text, 'base64url');
	return bytes.toString('base64url') === text ? bytes : undefined;
}

function getKey({ keys }: KeyRing, keyId: string): KeyObject {
	const key = keys.get(keyId);
	if (key) return key;
	throw new VaultError(
		'unknown_key',
		`The key "${keyId}" is not in the Zixly Token Key credential.`,
		'Add it to Retired Keys, or connect the tenant again.',
	);
}

function buildIdentity({ tenantId, provider, column }: TokenPlace): Buffer {
	// Keeps the identity unambiguous, whatever the tenant's id is.
	if (provider.includes('|'))
		throw new VaultError('malformed', `The provider key "${provider}" must not contain "|".`);
	return Buffer.from(`${tenantId}|${provider}|${column}`, 'utf8');
}
