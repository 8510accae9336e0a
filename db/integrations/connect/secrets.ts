import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** A random secret for a URL or a cookie: 43 characters of base64url. Must not be stored or logged. */
export function createSecret(): string {
	return randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is stored of a secret: SHA-256 in base64url. The secrets are random, so they need no salt. */
export function hashSecret(secret: string): string {
	return createHash('sha256').update(secret, 'utf8').digest('base64url');
}
