import { createHash } from 'node:crypto';

/** Nineteen digits, more than a number of JavaScript holds exactly; the same for the same seed. */
export function gidFrom(seed: string): string {
	const hash = createHash('sha256').update(seed).digest().readBigUInt64BE(0);
	return String(1_200_000_000_000_000_001n + (hash % 99_999_999_999_999_999n) * 8n);
}
