import type { Pool } from 'pg';

import type { KeyRing } from './key-ring';
import { replaceTokens, type ObtainedPair } from './token-store';
import { ownerKey, type TokenOwner } from './token-set';

/**
 * A token pair from a provider that is not stored yet. Providers accept a refresh token once, so losing the pair would
 * end the connection: the process keeps it beyond the execution that obtained it and keeps trying to store it.
 */
export interface KeptPair extends ObtainedPair {
	pool: Pool;
	/** The newest known ring: the vault's key may have been rotated since. */
	ring: KeyRing;
	keptSince: number;
	attempts: number;
	storing?: Promise<boolean>;
	timer?: NodeJS.Timeout;
}

/** How long a pair is kept. A database that is unreachable for longer has worse problems than one connection. */
const MAX_KEPT_MS = 86_400_000;
const MIN_PAUSE_MS = 1_000;
/** Other processes wait a little longer than this for a pair before they report a refused grant. */
export const MAX_PAUSE_MS = 60_000;

/** By database, then by owner. One pair each bounds the memory by the number of connections. */
const kept = new WeakMap<Pool, Map<string, KeptPair>>();

/** Keeps a pair until it is stored. Must be called without any await after the provider's answer. */
export function keepPair(pool: Pool, ring: KeyRing, obtained: ObtainedPair): KeptPair {
	const pair: KeptPair = { ...obtained, pool, ring, keptSince: Date.now(), attempts: 0 };
	const ofPool = kept.get(pool) ?? new Map<string, KeptPair>();
	clearTimeout(ofPool.get(ownerKey(obtained.owner))?.timer);
	ofPool.set(ownerKey(obtained.owner), pair);
	kept.set(pool, ofPool);
	return pair;
}

export function findKeptPair(pool: Pool, owner: TokenOwner): KeptPair | undefined {
	return kept.get(pool)?.get(ownerKey(owner));
}

/**
 * Tries once to store a kept pair, or joins an attempt in progress. After a failure the attempt is repeated later in the
 * background.
 * @returns false if the stored pair is newer
 * @throws the database's error
 */
export async function storeKeptPair(pair: KeptPair): Promise<boolean> {
	pair.storing ??= attempt(pair).finally(() => (pair.storing = undefined));
	return await pair.storing;
}

async function attempt(pair: KeptPair): Promise<boolean> {
	clearTimeout(pair.timer);
	try {
		const isStored = await replaceTokens(pair.pool, pair.ring, pair);
		forget(pair);
		return isStored;
	} catch (error) {
		tryLater(pair);
		throw error;
	}
}

function tryLater(pair: KeptPair): void {
	if (pair.pool.ending || Date.now() - pair.keptSince > MAX_KEPT_MS) return forget(pair);
	const pause = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** Math.min(pair.attempts++, 20));
	pair.timer = setTimeout(
		() => void storeKeptPair(pair).catch(() => undefined),
		pause * (0.5 + Math.random() / 2),
	);
	// The timer must not keep an otherwise idle process alive.
	pair.timer.unref();
}

function forget(pair: KeptPair): void {
	const ofPool = kept.get(pair.pool);
	if (ofPool?.get(ownerKey(pair.owner)) === pair) ofPool.delete(ownerKey(pair.owner));
}
