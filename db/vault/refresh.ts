import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';

import { cancelSignal } from '../postgres/cancellation';
import type { KeyRing } from './key-ring';
import { isRetryable } from '../postgres/sqlstate';
import { withRetries } from '../postgres/transaction';
import {
	grantInDoubt,
	NoAccessTokenError,
	NoRefreshTokenError,
	refreshBusy,
	TokenNotStoredError,
} from './token-errors';
import { findFlight, startFlight } from './flights';
import { findKeptPair, keepPair, storeKeptPair, type KeptPair } from './kept-pairs';
import { endLease, LEASE_SECONDS, takeLease, type LeaseEnd, type RefreshLease } from './lease';
import { readStored } from './token-store';
import { isFresh, type TokenOwner, type TokenSet } from './token-set';

export interface RefreshRequest {
	/** The access token that no longer works, or null to refresh only where the stored one has ended. */
	stale: string | null;
	/** Asks the provider for a new pair. It is not cancelled: what was answered to it would be lost. */
	exchange: (refreshToken: string) => Promise<TokenSet>;
	/** Whether an error of `exchange` says that the provider no longer takes this refresh token. */
	isRefusal: (error: unknown) => boolean;
	limits?: Partial<RefreshLimits>;
}

export interface RefreshLimits {
	/** After how long a holder that hangs is not waited for any more. */
	leaseSeconds: number;
	/** How long another process's refresh is waited for. */
	waitMs: number;
	/** How long callers wait until a pair is stored; it is tried in the background after that. */
	storeMs: number;
}

const LIMITS: RefreshLimits = { leaseSeconds: LEASE_SECONDS, waitMs: 90_000, storeMs: 30_000 };

interface Refresh extends Omit<RefreshRequest, 'limits'> {
	pool: Pool;
	ring: KeyRing;
	owner: TokenOwner;
	limits: RefreshLimits;
}

/**
 * Refreshes a token once, however many ask: one flight per process, then a lease between processes. Whoever comes second
 * reads the new token. No connection of the pool is held while the provider is asked or another process is waited for.
 * A caller who is cancelled goes at once; the refresh ends with the last of them, unless the provider was asked already.
 * The rotated refresh token is stored before the new access token is handed out; once the provider has answered, the
 * pair is kept until it is stored.
 * @throws what `exchange` throws; NoRefreshTokenError; RefreshDeferredError where another process has, or may have, the
 *   newer pair; TokenNotStoredError; NoAccessTokenError; VaultError; what the database says
 */
export async function refreshToken(
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
		// A flight that was joined may have found the very token that this caller was refused with.
		if (!joined || tokens.accessToken !== request.stale) return tokens;
	}
}

async function refreshOnce(refresh: Refresh, abandoned: AbortSignal): Promise<TokenSet> {
	const holder = randomUUID();
	const patientUntil = Date.now() + refresh.limits.waitMs;
	for (let looks = 0; ; looks++) {
		abandoned.throwIfAborted();
		await storeWhatIsKept(refresh);
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

/** First of all: with a pair in hand that is not stored yet, the stored refresh token is of no use any more. */
async function storeWhatIsKept({ pool, ring, owner, limits }: Refresh): Promise<void> {
	const pair = findKeptPair(pool, owner);
	if (!pair) return;
	pair.ring = ring;
	await storeWithin(pair, limits.storeMs);
}

const look = async ({ pool, ring, owner }: Refresh): ReturnType<typeof readStored> =>
	await withRetries(async () => await readStored(pool, ring, owner));

const isUsable = (tokens: TokenSet, { stale }: Refresh): boolean =>
	tokens.accessToken !== stale && isFresh(tokens);

async function acquireLease(
	{ pool, owner, limits }: Refresh,
	holder: string,
): Promise<RefreshLease | undefined> {
	return await withRetries(async () => await takeLease(pool, owner, holder, limits.leaseSeconds));
}

/** @returns undefined where the stored pair changed meanwhile and must be looked at again */
async function refreshUnderLease(refresh: Refresh, lease: RefreshLease): Promise<TokenSet | undefined> {
	const { pool, ring, owner, limits } = refresh;
	let pair: KeptPair;
	try {
		// Between the last look and the lease another holder may have stored its pair.
		const { tokens } = await look(refresh);
		if (tokens.refreshToken === null || isUsable(tokens, refresh)) {
			await end(refresh, lease, 'settled');
			return undefined;
		}
		if (lease.doubt && !lease.doubt.isOver) throw grantInDoubt(lease.doubt.until);
		const obtainedWith = tokens.refreshToken;
		const given = await exchangePair(refresh, lease, obtainedWith);
		if (!given) return undefined;
		// A provider that does not rotate sends no new refresh token: the old one stays good.
		const next = { ...given, refreshToken: given.refreshToken ?? obtainedWith };
		pair = keepPair(pool, ring, { owner, obtainedWith, tokens: next, holder: lease.holder });
	} catch (error) {
		await end(refresh, lease, 'failed').catch(ignore);
		throw error;
	}
	if (!(await storeWithin(pair, limits.storeMs))) return undefined;
	if (pair.tokens.accessToken === '') throw new NoAccessTokenError();
	return pair.tokens;
}

/** @returns undefined where the provider refused, and rightly so: a newer pair was stored meanwhile */
async function exchangePair(
	refresh: Refresh,
	lease: RefreshLease,
	refreshToken: string,
): Promise<TokenSet | undefined> {
	try {
		return await refresh.exchange(refreshToken);
	} catch (error) {
		if (!refresh.isRefusal(error)) throw error;
		if ((await look(refresh)).tokens.refreshToken !== refreshToken) {
			await end(refresh, lease, 'settled');
			return undefined;
		}
		const doubtUntil = await end(refresh, lease, 'refused');
		throw doubtUntil && !lease.doubt ? grantInDoubt(doubtUntil) : error;
	}
}

const end = async ({ pool, owner }: Refresh, lease: RefreshLease, how: LeaseEnd): Promise<Date | null> =>
	await withRetries(async () => await endLease(pool, owner, lease, how));

const ignore = (): void => undefined;

/** @returns false where the stored pair is newer. @throws TokenNotStoredError */
async function storeWithin(pair: KeptPair, patienceMs: number): Promise<boolean> {
	const patientUntil = Date.now() + patienceMs;
	for (let tries = 0; ; tries++) {
		try {
			return await storeKeptPair(pair);
		} catch (error) {
			if (!isRetryable(error) || Date.now() >= patientUntil) throw new TokenNotStoredError(error);
			await sleep(pauseAfter(tries));
		}
	}
}

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

/** Half of the growing pause is random, so that many processes do not look together. */
function pauseAfter(tries: number): number {
	return Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 1.5 ** Math.min(tries, 20)) * (0.5 + Math.random() / 2);
}
