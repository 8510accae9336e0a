import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool, PoolClient } from 'pg';

import { cancelSignal, untilCancelled } from './cancellation';
import { takePlace } from './places';
import { BRIEF_LOCK_TIMEOUT_MS, LOCAL_SETTINGS, LOCK_TIMEOUT_MS } from './session-settings';
import { attemptsAgainst, isLocked, isOtherServer, isRetryable, getSqlstate } from './sqlstate';

/**
 * Which role reaches a tenant's rows: `zixly_app` reads and keeps the pipeline's books, `zixly_loader` writes rows in bulk,
 * `zixly_tokens` refreshes and connects. docs/security.md says what each of them may do.
 */
export type TenantRole = 'zixly_app' | 'zixly_loader' | 'zixly_tokens';

/** Whatever the server's default is. Not `read write`: a server that takes no writes now has its reasons. */
export const BEGIN = 'begin isolation level read committed';

/**
 * Runs `work` in one transaction that sees and changes the rows of one tenant only. Role and tenant are local to
 * the transaction, so nothing of them is left in a pooled connection. Waiting for a lock ends after a second and a half;
 * then `work` runs once more, in a connection that few may have at a time, and waits ten seconds. It also ends when the
 * execution is cancelled (`cancelledBy`).
 * @param work is safe to repeat after a rollback
 * @throws what `work` throws, after the rollback; Error when the login lacks the role `zixly_app`
 */
export async function inTenant<T>(
	pool: Pool,
	tenantId: string,
	work: (client: PoolClient) => Promise<T>,
	role: TenantRole = 'zixly_app',
): Promise<T> {
	const tenant: Assumed = { role, tenantId };
	try {
		return await inPlace(pool, { ...tenant, lockTimeoutMs: BRIEF_LOCK_TIMEOUT_MS }, work);
	} catch (error) {
		if (!isLocked(error)) throw error;
		return await inPlace(pool, { ...tenant, lockTimeoutMs: LOCK_TIMEOUT_MS }, work);
	}
}

async function inPlace<T>(pool: Pool, tenant: Assumed, work: (client: PoolClient) => Promise<T>): Promise<T> {
	const isPatient = tenant.lockTimeoutMs === LOCK_TIMEOUT_MS;
	const leave = await takePlace(pool, tenant.tenantId, isPatient, cancelSignal());
	try {
		return await inTransaction(pool, work, (client) => assume(client, tenant));
	} finally {
		leave();
	}
}

/** Goes on as another role of the same tenant, for the rest of the transaction of `inTenant`. */
export async function actAs(client: PoolClient, role: TenantRole): Promise<void> {
	await client.query("select set_config('role', $1, true)", [role]);
}

/** Runs `work` in one transaction as `zixly_worker`, which may call the operator functions of schema `etl`. */
export function asWorker<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
	return inTransaction(pool, work, (client) => assume(client, { role: 'zixly_worker', tenantId: '' }));
}

/** Runs `work` in one transaction as the login itself: for what has to work before there are roles. */
export function asLogin<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
	return inTransaction(pool, work, async (client) => void (await client.query(`select ${LOCAL_SETTINGS}`)));
}

/** Runs a part of a tenant's transaction as `zixly_worker`, which alone may call the operator functions. */
export async function asWorkerWithin<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
	await client.query("select set_config('role', 'zixly_worker', true)");
	const result = await work();
	await client.query("select set_config('role', 'zixly_app', true)");
	return result;
}

async function inTransaction<T>(
	pool: Pool,
	work: (client: PoolClient) => Promise<T>,
	prepare: (client: PoolClient) => Promise<void>,
): Promise<T> {
	const signal = cancelSignal();
	const client = await connect(pool, signal);
	let broken: Error | undefined;
	try {
		return await untilCancelled(signal, async () => {
			await client.query(BEGIN);
			await prepare(client);
			const result = await work(client);
			await commit(client);
			return result;
		});
	} catch (error) {
		broken = await afterError(client, error, signal);
		throw error;
	} finally {
		client.release(broken);
	}
}

/** A connection that comes only after the cancellation goes back unused. */
async function connect(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
	const connecting = pool.connect();
	try {
		return await untilCancelled(signal, () => connecting);
	} catch (error) {
		if (signal?.aborted) connecting.then((client) => client.release()).catch(() => undefined);
		throw error;
	}
}

/**
 * Gives back why the connection must not be lent out again. What a cancelled transaction waits for is not waited for:
 * closing its connection ends it, also at the other end of a pooler, where no request to cancel may arrive.
 */
async function afterError(
	client: PoolClient,
	error: unknown,
	signal: AbortSignal | undefined,
): Promise<Error | undefined> {
	if (signal?.aborted) return new Error('The execution was cancelled.');
	return (await rollback(client)) ?? unusable(error);
}

/** PostgreSQL answers the commit of a failed transaction with a rollback, and without an error. */
async function commit(client: PoolClient): Promise<void> {
	const { command } = await client.query('commit');
	if (command !== 'COMMIT') {
		throw new Error(
			'The transaction was rolled back, since a statement in it had failed. Nothing of it was saved.',
		);
	}
}

/** Gives back the error of a connection that cannot even roll back: it must not be lent out again. */
async function rollback(client: PoolClient): Promise<Error | undefined> {
	try {
		await client.query('rollback');
		return undefined;
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}

/** After a failover the old server may answer for a while, and take no writes: the next try connects anew. */
function unusable(error: unknown): Error | undefined {
	return isOtherServer(error) ? (error as Error) : undefined;
}

/** Whom a transaction acts for, and how long it waits for a lock. */
interface Assumed {
	role: string;
	tenantId: string;
	lockTimeoutMs?: number;
}

// One trip for role, tenant and settings; local to the transaction, as a transaction pooler needs it.
const ASSUME = `select set_config('role', $1, true), set_config('app.tenant_id', $2, true), ${LOCAL_SETTINGS},
	set_config('lock_timeout', $3, true)`;

async function assume(
	client: PoolClient,
	{ role, tenantId, lockTimeoutMs = LOCK_TIMEOUT_MS }: Assumed,
): Promise<void> {
	try {
		await client.query(ASSUME, [role, tenantId, String(lockTimeoutMs)]);
	} catch (error) {
		throw roleError(error, role, client);
	}
}

function roleError(error: unknown, role: string, client: PoolClient): unknown {
	const login = client.user ?? 'the login';
	if (getSqlstate(error) === '42501') {
		return new Error(
			`The database login "${login}" may not act as ${role}. As an administrator run: grant zixly_worker to "${login}"`,
			{ cause: error },
		);
	}
	if (getSqlstate(error) === '22023') {
		return new Error(`The role ${role} does not exist. Run the migrations first (zixly migrate).`, {
			cause: error,
		});
	}
	return error;
}

export interface RetryOptions {
	/** How often `work` is tried in all; unless told, as often as helps against the error. */
	attempts?: number;
	/** Ends the pauses; else the execution's own does. */
	signal?: AbortSignal;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

/**
 * Repeats `work` after what passes by itself (serialization failures, deadlocks, restarts, lost connections), with
 * pauses that double and vary. `work` must be safe to repeat: a lost connection can hide a commit that succeeded.
 * @throws the last error; at once the errors that repeating does not cure, and a cancellation
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

/** Half the doubled pause is chance, so that those who collided do not collide again. */
function pauseAfter(attempt: number): number {
	const full = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
	return full / 2 + Math.random() * (full / 2);
}
