import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';

import { cancelSignal } from '../postgres/cancellation';
import type { KeyRing } from './key-ring';
import { isRetryable } from '../postgres/sqlstate';
import { withRetries } from '../postgres/retries';
import { NoAccessTokenError, NoRefreshTokenError, refreshBusy, TokenNotStoredError } from './token-errors';
import { findFlight, startFlight } from './flights';
import {
	attemptStore,
	findPendingStore,
	keepUntilStored,
	MAX_PAUSE_MS as MAX_STORE_PAUSE_MS,
	type PendingStore,
} from './pending-stores';
import { endLease, LEASE_SECONDS, takeLease, type LeaseEnd, type RefreshLease } from './lease';
import { readTokensAndLease } from './token-store';
import { isFresh, type TokenOwner, type TokenSet } from './token-set';

export interface RefreshRequest {
	/** The access token that no longer works, or null to refresh only if the stored one has expired. */
	stale: string | null;
	/** Requests a new pair from the provider. Never cancelled, since the answer would be lost. */
	exchange: (refreshToken: string) => Promise<TokenSet>;
	/** Whether an error of `exchange` means that the provider no longer accepts this refresh token. */
	isRefusal: (error: unknown) => boolean;
	limits?: Partial<RefreshLimits>;
}

export interface RefreshLimits {
	/** After how long another process may take over the lease of a holder that hangs. */
	leaseSeconds: number;
	/** How long to wait for another process's refresh. */
	waitMs: number;
	/** How long callers wait until a pair is stored; after that, attempts continue in the background. */
	storeMs: number;
	/** How long to wait, after a refusal, for the pair of a holder that never reported. */
	newerPairMs: number;
}

const LIMITS: RefreshLimits = {
	leaseSeconds: LEASE_SECONDS,
	waitMs: 90_000,
	storeMs: 30_000,
	newerPairMs: MAX_STORE_PAUSE_MS + 15_000,
};

interface Refresh extends Omit<RefreshRequest, 'limits'> {
	pool: Pool;
	ring: KeyRing;
	owner: TokenOwner;
	limits: RefreshLimits;
}

/**
 * Refreshes a token once, however many callers request it: single flight within the process, a lease between processes.
 * Later callers read the new token. No pool connection is held while waiting for the provider or another process.
 * A cancelled caller returns immediately; the refresh is aborted with its last caller, unless the provider has already
 * been asked. The rotated refresh token is stored before the new access token is returned; once the provider has
 * answered, the pair is kept until it is stored.
 * @throws what `exchange` throws; NoRefreshTokenError; RefreshDeferredError if another process has, or may have, the
 *   newer pair; TokenNotStoredError; NoAccessTokenError; VaultError; the database's errors
 */
export async function refreshTokens(
	pool: Pool,
	ring: KeyRing,
	owner: TokenOwner,
	{ limits, ...request }: RefreshRequest,
): Promise<TokenSet> {
	const refresh: Refresh = { ...request, pool, ring, owner, limits: { ...LIMITS, ...limits } };
	for (;;) {
		cancelSignal()?.throwIfAborted();
		const joined = findFlight(pool, owner);
		const flight =
			joined ?? startFlight(pool, owner, async (abandoned) => await refreshOnce(refresh, abandoned));
		const tokens = await flight.join();
		// A refresh in progress may return the very token that the provider rejected for this caller.
		if (!joined || tokens.accessToken !== request.stale) return tokens;
	}
}

async function refreshOnce(refresh: Refresh, abandoned: AbortSignal): Promise<TokenSet> {
	const holder = randomUUID();
	const patientUntil = Date.now() + refresh.limits.waitMs;
	for (let looks = 0; ; looks++) {
		abandoned.throwIfAborted();
		await finishPendingStore(refresh);
		const { tokens, leasedUntil } = await look(refresh);
		if (isUsable(tokens, refresh)) return tokens;
		if (tokens.refreshToken === null) throw new NoRefreshTokenError();
		const lease = leasedUntil ? undefined : await acquireLease(refresh, holder);
		const given = lease && (await refreshUnderLease(refresh, lease));
		if (given) return given;
		if (Date.now() >= patientUntil) throw refreshBusy(leasedUntil ?? new Date());
		await sleep(pauseAfter(looks), undefined, { signal: abandoned });
	}
}

/** Comes first: while a newer pair is kept but not stored, the stored refresh token is useless. */
async function finishPendingStore({ pool, ring, owner, limits }: Refresh): Promise<void> {
	const pending = findPendingStore(pool, owner);
	if (!pending) return;
	pending.ring = ring;
	await storeWithin(pending, limits.storeMs);
}

const look = async ({ pool, ring, owner }: Refresh): ReturnType<typeof readTokensAndLease> =>
	await withRetries(async () => await readTokensAndLease(pool, ring, owner));

const isUsable = (tokens: TokenSet, { stale }: Refresh): boolean =>
	tokens.accessToken !== stale && isFresh(tokens);

async function acquireLease(
	{ pool, owner, limits }: Refresh,
	holder: string,
): Promise<RefreshLease | undefined> {
	return await withRetries(async () => await takeLease(pool, owner, holder, limits.leaseSeconds));
}

/** @returns undefined if the stored pair has changed in the meantime and must be read again */
async function refreshUnderLease(refresh: Refresh, lease: RefreshLease): Promise<TokenSet | undefined> {
	const { pool, ring, owner, limits } = refresh;
	let pending: PendingStore;
	try {
		// Another holder may have stored its pair between the last read and the lease.
		const { tokens } = await look(refresh);
		if (tokens.refreshToken === null || isUsable(tokens, refresh)) {
			await endOwnLease(refresh, lease, 'settled');
			return undefined;
		}
		const obtainedWith = tokens.refreshToken;
		const given = await exchangePair(refresh, lease, obtainedWith);
		if (!given) return undefined;
		// A provider that does not rotate sends no new refresh token: the old one stays valid.
		const next = { ...given, refreshToken: given.refreshToken ?? obtainedWith };
		pending = keepUntilStored({ pool, ring, owner, tokens: next, obtainedWith, holder: lease.holder });
	} catch (error) {
		await endOwnLease(refresh, lease, 'failed').catch(ignore);
		throw error;
	}
	if (!(await storeWithin(pending, limits.storeMs))) return undefined;
	if (pending.tokens.accessToken === '') throw new NoAccessTokenError();
	return pending.tokens;
}

/** @returns undefined if the provider refused the grant because a newer pair has been stored in the meantime */
async function exchangePair(
	refresh: Refresh,
	lease: RefreshLease,
	refreshToken: string,
): Promise<TokenSet | undefined> {
	try {
		return await refresh.exchange(refreshToken);
	} catch (error) {
		if (!refresh.isRefusal(error)) throw error;
		const isStored = await awaitNewerPair(refresh, lease, refreshToken);
		await endOwnLease(refresh, lease, isStored ? 'settled' : 'refused');
		if (isStored) return undefined;
		throw error;
	}
}

/**
 * Whether a pair newer than the refused one is stored. Where an earlier holder never reported, it is waited for once: that
 * process may be alive and still trying to store it.
 */
async function awaitNewerPair(
	refresh: Refresh,
	{ takenOver, refused }: RefreshLease,
	refreshToken: string,
): Promise<boolean> {
	const waitUntil = Date.now() + (takenOver && !refused ? refresh.limits.newerPairMs : 0);
	for (let looks = 0; ; looks++) {
		if ((await look(refresh)).tokens.refreshToken !== refreshToken) return true;
		if (Date.now() >= waitUntil) return false;
		await sleep(pauseAfter(looks));
	}
}

const endOwnLease = async ({ pool, owner }: Refresh, lease: RefreshLease, how: LeaseEnd): Promise<void> =>
	await withRetries(async () => await endLease(pool, owner, lease, how));

const ignore = (): void => undefined;

/** @returns false if the stored pair is newer. @throws TokenNotStoredError */
async function storeWithin(pending: PendingStore, patienceMs: number): Promise<boolean> {
	const patientUntil = Date.now() + patienceMs;
	for (let tries = 0; ; tries++) {
		try {
			return await attemptStore(pending);
		} catch (error) {
			if (!isRetryable(error) || Date.now() >= patientUntil) throw new TokenNotStoredError(error);
			await sleep(pauseAfter(tries));
		}
	}
}

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

/** Half of the growing pause is random, so that many processes do not read at the same time. */
function pauseAfter(tries: number): number {
	return Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 1.5 ** Math.min(tries, 20)) * (0.5 + Math.random() / 2);
}
