import type { Pool } from 'pg';

import type { KeyRing } from './key-ring';
import { replaceTokens, type ObtainedPair } from './token-store';
import { ownerKey, type TokenOwner } from './token-set';

/**
 * A pair that a provider gave and that is not stored yet. Providers take a refresh token once, so that a pair which is
 * dropped ends the connection: the process keeps it beyond the execution that obtained it and goes on trying.
 */
export interface KeptPair extends ObtainedPair {
	pool: Pool;
	/** The newest ring that is known: the vault's key may have been rotated meanwhile. */
	ring: KeyRing;
	keptSince: number;
	attempts: number;
	storing?: Promise<boolean>;
	timer?: NodeJS.Timeout;
}

/** A database that is away for longer than this has lost more than one connection. */
const MAX_KEPT_MS = 86_400_000;
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 300_000;

/** By database, then by owner: one pair each, so that memory is bounded by the number of connections. */
const kept = new WeakMap<Pool, Map<string, KeptPair>>();

/** Keeps a pair until it is stored. Nothing may be awaited between the provider's answer and this. */
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
 * Tries once to store a kept pair, together with whoever is trying already. After a failure it is tried again later, in
 * the background.
 * @returns false where the stored pair is newer. @throws what the database said
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
	if (pair.pool.ended || Date.now() - pair.keptSince > MAX_KEPT_MS) return forget(pair);
	const pause = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** Math.min(pair.attempts++, 20));
	pair.timer = setTimeout(
		() => void storeKeptPair(pair).catch(() => undefined),
		pause * (0.5 + Math.random() / 2),
	);
	// It must not keep a process alive that has nothing else to do.
	pair.timer.unref();
}

function forget(pair: KeptPair): void {
	const ofPool = kept.get(pair.pool);
	if (ofPool?.get(ownerKey(pair.owner)) === pair) ofPool.delete(ownerKey(pair.owner));
}
