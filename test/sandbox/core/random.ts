import { createHash } from 'node:crypto';

/** Numbers that look random and are the same for the same seed. */
export interface Random {
	/** A whole number between both ends, both included. */
	between(low: number, high: number): number;
	chance(share: number): boolean;
}

/** Mulberry32 over a hash of the seed: enough for figures, useless for secrets. */
export function randomFrom(seed: string): Random {
	let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	return {
		between: (low, high) => low + Math.floor(next() * (high - low + 1)),
		chance: (share) => next() < share,
	};
}

/** A UUID (shaped as version 4) that is the same for the same seed. */
export function uuidFrom(seed: string): string {
	const hex = createHash('sha256').update(seed).digest('hex');
	const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`];
	return [...parts, hex.slice(20, 32)].join('-');
}
