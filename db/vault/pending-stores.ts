import type { Pool } from 'pg';

import type { KeyRing } from './key-ring';
import { replaceTokens, type Exchange } from './token-store';
import { ownerKey, type TokenOwner, type TokenSet } from './token-set';

/**
 * A token pair from a provider that is not stored yet. Providers accept a refresh token once, so losing the pair would
 * end the connection: the process keeps it beyond the execution that obtained it and keeps trying to store it.
 */
export interface PendingStore extends Exchange {
	pool: Pool;
	/** The newest known ring: the vault's key may have been rotated since. */
	ring: KeyRing;
	owner: TokenOwner;
	tokens: TokenSet;
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
const pending = new WeakMap<Pool, Map<string, PendingStore>>();

/** Keeps a pair until it is stored. Must be called without any await after the provider's answer. */
export function keepUntilStored(
	obtained: Omit<PendingStore, 'keptSince' | 'attempts' | 'storing' | 'timer'>,
): PendingStore {
	const { pool, owner } = obtained;
	const store: PendingStore = { ...obtained, keptSince: Date.now(), attempts: 0 };
	const ofPool = pending.get(pool) ?? new Map<string, PendingStore>();
	clearTimeout(ofPool.get(ownerKey(owner))?.timer);
	ofPool.set(ownerKey(owner), store);
	pending.set(pool, ofPool);
	return store;
}

export function findPendingStore(pool: Pool, owner: TokenOwner): PendingStore | undefined {
	return pending.get(pool)?.get(ownerKey(owner));
}

/**
 * Tries once to store a kept pair, or joins an attempt in progress. After a failure the attempt is repeated later in the
 * background.
 * @returns false if the stored pair is newer
 * @throws the database's error
 */
export async function attemptStore(store: PendingStore): Promise<boolean> {
	store.storing ??= attemptOnce(store).finally(() => (store.storing = undefined));
	return await store.storing;
}

async function attemptOnce(store: PendingStore): Promise<boolean> {
	clearTimeout(store.timer);
	try {
		const isStored = await replaceTokens(store.pool, store.ring, store.owner, store.tokens, store);
		forget(store);
		return isStored;
	} catch (error) {
		tryLater(store);
		throw error;
	}
}

function tryLater(store: PendingStore): void {
	if (store.pool.ending || Date.now() - store.keptSince > MAX_KEPT_MS) return forget(store);
	const pause = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** Math.min(store.attempts++, 20));
	store.timer = setTimeout(
		() => void attemptStore(store).catch(() => undefined),
		pause * (0.5 + Math.random() / 2),
	);
	// The timer must not keep an otherwise idle process alive.
	store.timer.unref();
}

function forget(store: PendingStore): void {
	const ofPool = pending.get(store.pool);
	if (ofPool?.get(ownerKey(store.owner)) === store) ofPool.delete(ownerKey(store.owner));
}
