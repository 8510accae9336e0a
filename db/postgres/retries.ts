import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool, PoolClient } from 'pg';

import { cancelSignal } from './cancellation';
import { attemptsAgainst, isRetryable } from './sqlstate';
import { asWorker, inTenant, type TenantRole } from './transaction';

export interface RetryOptions {
	/** The maximum number of attempts; by default it depends on the error. */
	attempts?: number;
	/** Ends the pauses between attempts; by default the execution's own signal. */
	signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/**
 * Retries `work` after transient errors (serialization failures, deadlocks, restarts, lost connections) with exponential
 * backoff and jitter. `work` must be safe to repeat: a lost connection can hide a commit that succeeded.
 * @throws the last error; permanent errors and a cancellation immediately
 */
export async function withRetries<T>(
	work: (attempt: number) => Promise<T>,
	{ attempts, signal = cancelSignal() }: RetryOptions = {},
): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work(attempt);
		} catch (error) {
			const most = isRetryable(error) ? (attempts ?? attemptsAgainst(error)) : 1;
			if (signal?.aborted || attempt >= most) throw error;
			await sleep(pauseAfter(attempt), undefined, { signal });
		}
	}
}

/** Half of the pause is random, so that transactions that collided do not collide again. */
function pauseAfter(attempt: number): number {
	const full = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
	return full / 2 + Math.random() * (full / 2);
}

/** Part of a transaction. `attempt` counts from 1: an earlier one may have been committed and only its answer lost. */
type Work<T> = (client: PoolClient, attempt: number) => Promise<T>;

/** `inTenant` with `withRetries`: runs `work` in a transaction of one tenant, and again after transient errors. */
export async function retryInTenant<T>(
	pool: Pool,
	tenantId: string,
	work: Work<T>,
	{ role, ...options }: RetryOptions & { role?: TenantRole } = {},
): Promise<T> {
	return await withRetries(
		(attempt) => inTenant(pool, tenantId, (client) => work(client, attempt), role),
		options,
	);
}

/** `asWorker` with `withRetries`: runs `work` in a transaction of all tenants, and again after transient errors. */
export async function retryAsWorker<T>(pool: Pool, work: Work<T>, options: RetryOptions = {}): Promise<T> {
	return await withRetries((attempt) => asWorker(pool, (client) => work(client, attempt)), options);
}
