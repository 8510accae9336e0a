import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from './explained-error';
import { cancelSignal, untilCancelled } from './cancellation';
import { takePlace } from './places';
import { BRIEF_LOCK_TIMEOUT_MS, LOCAL_SETTINGS, LOCK_TIMEOUT_MS } from './session-settings';
import { isLocked, isOtherServer, getSqlstate, MIGRATE, NO_SCHEMA } from './sqlstate';

/**
 * The role that accesses a tenant's rows: `zixly_app` reads and maintains the pipeline's state, `zixly_loader` writes
 * rows in bulk, `zixly_tokens` refreshes tokens and connects. docs/security.md lists what each may do.
 */
export type TenantRole = 'zixly_app' | 'zixly_loader' | 'zixly_tokens';

/** Independent of the server's default. Not `read write`: that would override a read-only setting made on purpose. */
const BEGIN = 'begin isolation level read committed';

/**
 * Runs `work` in one transaction that sees and changes the rows of one tenant only. Role and tenant are local to the
 * transaction, so a pooled connection keeps neither. The first attempt waits at most 1.5 seconds for a lock; a second
 * one waits ten seconds, with a patient permit, of which there are few. Ends early when the execution is cancelled
 * (`cancelledBy`).
 * @param work must be safe to repeat after a rollback
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

/** Switches to another role of the same tenant for the rest of the transaction of `inTenant`. */
export async function actAs(client: PoolClient, role: TenantRole): Promise<void> {
	await client.query("select set_config('role', $1, true)", [role]);
}

/** Goes on as a role of one tenant for the rest of the transaction of `asWorker`, which found out whose rows it needs. */
export async function enterTenant(client: PoolClient, tenantId: string, role: TenantRole): Promise<void> {
	await client.query("select set_config('role', $1, true), set_config('app.tenant_id', $2, true)", [
		role,
		tenantId,
	]);
}

/** Runs `work` in one transaction as `zixly_worker`, which may call the operator functions of schema `etl`. */
export function asWorker<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
	return inTransaction(pool, work, (client) => assume(client, { role: 'zixly_worker', tenantId: '' }));
}

/** Runs `work` in one transaction as the login itself, for what has to work before the roles exist. */
export function asLogin<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
	return inTransaction(pool, work, async (client) => void (await client.query(`select ${LOCAL_SETTINGS}`)));
}

/** Runs part of a tenant's transaction as `zixly_worker`, the only role that may call the operator functions. */
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

/** A connection that arrives only after the cancellation is released unused. */
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
 * After a cancellation the connection is closed instead of rolled back: closing also ends the transaction behind a
 * pooler, which may not forward a cancel request.
 * @returns why the connection must not be reused, or undefined
 */
async function afterError(
	client: PoolClient,
	error: unknown,
	signal: AbortSignal | undefined,
): Promise<Error | undefined> {
	if (signal?.aborted) return new Error('The execution was cancelled.');
	return (await rollback(client)) ?? unusable(error);
}

/** PostgreSQL answers the commit of a failed transaction with a rollback, but without an error. */
async function commit(client: PoolClient): Promise<void> {
	const { command } = await client.query('commit');
	if (command !== 'COMMIT') {
		throw new ExplainedError(
			'The transaction was rolled back because one of its statements had failed.',
			'Nothing was saved.',
		);
	}
}

/** @returns the error of a connection that cannot even roll back and must not be reused */
async function rollback(client: PoolClient): Promise<Error | undefined> {
	try {
		await client.query('rollback');
		return undefined;
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}

/** After a failover the old server may answer for a while but accept no writes: the next attempt reconnects. */
function unusable(error: unknown): Error | undefined {
	return isOtherServer(error) ? (error as Error) : undefined;
}

/** The identity of a transaction and its lock timeout. */
interface Assumed {
	role: string;
	tenantId: string;
	lockTimeoutMs?: number;
}

// One round trip for role, tenant and settings; local to the transaction, as transaction poolers require.
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
		return new ExplainedError(
			`The database login "${login}" may not act as ${role}.`,
			`As an administrator run: grant zixly_worker to "${login}"`,
			{ cause: error },
		);
	}
	if (getSqlstate(error) === '22023') {
		// Unknown roles: the server never had a Zixly schema.
		return new ExplainedError(NO_SCHEMA, MIGRATE, { cause: error });
	}
	return error;
}
