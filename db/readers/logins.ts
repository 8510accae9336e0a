import { randomBytes } from 'node:crypto';

import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { quoteIdentifier } from '../schema/roles';
import { scramVerifier } from './scram';
import { getSqlstate } from '../postgres/sqlstate';
import { asWorker } from '../postgres/transaction';

/** A database login for a BI tool that sees one tenant. */
export interface NewReader {
	login: string;
	/** Shown once: the database stores only a verifier. */
	password: string;
	tenantId: string;
	database: string;
}

export interface RevokedReader {
	login: string;
	tenantId: string;
}

/** A reader that may log in now. */
export interface Reader {
	login: string;
	tenantId: string;
	tenantName: string;
}

/** The readers of every tenant, by the tenant's name. */
export async function listReaders(pool: Pool): Promise<Reader[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<Reader>(
			'select login, tenant_id as "tenantId", tenant_name as "tenantName" from etl.list_readers(null)',
		),
	);
	return rows;
}

/** Keeps one reader from exhausting the server for others. A session may change these: rights keep it read-only. */
const LOGIN_SETTINGS: Record<string, string> = {
	default_transaction_read_only: 'on',
	statement_timeout: '1min',
	lock_timeout: '5s',
	idle_in_transaction_session_timeout: '1min',
	idle_session_timeout: '1h',
	search_path: 'public',
	// With `off`, a query that a policy filters would fail.
	row_security: 'on',
	// As in the package's own transactions: compiling takes longer than running such queries.
	jit: 'off',
};
const MAX_CONNECTIONS = 10;

const LOGIN_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/;

/**
 * Creates a login with its own password that sees the rows of one tenant and may change nothing.
 * @throws Error if the role exists or the tenant does not; with the statements for an administrator, if this login may
 *   not create roles. Nothing was created then
 */
export async function createReader(
	pool: Pool,
	{ tenantId, login }: { tenantId: string; login: string },
): Promise<NewReader> {
	assertName(login);
	const password = randomBytes(24).toString('base64url');
	return await asWorker(pool, async (client) => {
		const { database, exists } = await lookUp(client, login);
		if (exists) throw existsError(login);
		const plan = { login, tenantId, database };
		try {
			await actAsLogin(client);
			for (const statement of creation(login, scramVerifier(password))) await client.query(statement);
			await allowConnecting(client, plan);
			await client.query('set local role zixly_worker');
			await client.query('select etl.add_reader($1, $2)', [login, tenantId]);
		} catch (error) {
			throw creationError(error, plan);
		}
		return { login, password, tenantId, database };
	});
}

/**
 * Removes a reader's access, ends its sessions and drops its login.
 * @throws Error if there is no such reader; if this login may not drop it, after its access was removed
 */
export async function revokeReader(pool: Pool, { login }: { login: string }): Promise<RevokedReader> {
	const { tenantId, left, database } = await asWorker(pool, async (client) => {
		const { rows } = await client.query<{ tenantId: string; sameRole: boolean }>(
			'select tenant_id as "tenantId", same_role as "sameRole" from etl.remove_reader($1)',
			[login],
		);
		const [removed] = rows;
		if (!removed) throw new Error(`This database has no reader "${login}".`);
		const { database: name } = await lookUp(client, login);
		const cause = removed.sameRole ? await tryDropping(client, login, name) : undefined;
		return { tenantId: removed.tenantId, left: cause, database: name };
	});
	if (left) throw notDropped(login, database, left);
	return { login, tenantId };
}

function assertName(login: string): void {
	if (LOGIN_NAME.test(login)) return;
	throw new ExplainedError(
		'The name of the login is invalid.',
		'Use 1 to 63 letters, digits, "_", "-" or ".", beginning with a letter.',
	);
}

async function lookUp(client: PoolClient, login: string): Promise<{ database: string; exists: boolean }> {
	const { rows } = await client.query<{ database: string; exists: boolean }>(
		'select current_database() as database, exists (select from pg_roles where rolname = $1) as exists',
		[login],
	);
	return rows[0]!;
}

/** Roles are created by the login itself: none of our roles has that right. */
async function actAsLogin(client: PoolClient): Promise<void> {
	await client.query('set local role none');
}

function creation(login: string, verifier?: string): string[] {
	const password = verifier === undefined ? '' : ` password '${verifier}'`;
	return [
		`create role ${quoteIdentifier(login)} login inherit connection limit ${MAX_CONNECTIONS} in role zixly_reader${password}`,
		...Object.entries(LOGIN_SETTINGS).map(
			([name, value]) => `alter role ${quoteIdentifier(login)} set ${name} = '${value}'`,
		),
	];
}

const connectGrant = (login: string, database: string): string =>
	`grant connect on database ${quoteIdentifier(database)} to ${quoteIdentifier(login)}`;

/** Granted even if PUBLIC may connect today, so that the reader keeps working after that right is revoked. */
async function allowConnecting(
	client: PoolClient,
	{ login, database }: { login: string; database: string },
): Promise<void> {
	await client.query('savepoint connecting');
	try {
		// A login that may not grant it gets an error or only a warning.
		await client.query(connectGrant(login, database));
	} catch (error) {
		if (getSqlstate(error) !== NOT_PERMITTED) throw error;
		await client.query('rollback to savepoint connecting');
	}
	const { rows } = await client.query<{ connects: boolean }>(
		"select has_database_privilege($1, $2, 'connect') as connects",
		[login, database],
	);
	if (rows[0]?.connects) return;
	throw Object.assign(new Error('The login may not let others connect to the database.'), {
		code: NOT_PERMITTED,
	});
}

const NOT_PERMITTED = '42501';
const EXISTS = '42710';
/** Another session created it at the same time. */
const EXISTS_SINCE = '23505';
const NOTHING_FOUND = 'P0002';
const STILL_NEEDED = '2BP01';

function existsError(login: string, cause?: unknown): Error {
	return new ExplainedError(
		`The role "${login}" already exists, so nothing was created.`,
		'Choose another name, or revoke that reader first.',
		{ cause },
	);
}

function creationError(error: unknown, plan: { login: string; tenantId: string; database: string }): unknown {
	switch (getSqlstate(error)) {
		case NOT_PERMITTED:
			return administratorError(error, plan);
		case EXISTS:
		case EXISTS_SINCE:
			return existsError(plan.login, error);
		case NOTHING_FOUND:
			return new ExplainedError(
				`There is no tenant "${plan.tenantId}", so nothing was created.`,
				'Tenant: Get Many lists the existing ones.',
				{ cause: error },
			);
		default:
			return error;
	}
}

function administratorError(
	cause: unknown,
	{ login, tenantId, database }: { login: string; tenantId: string; database: string },
): Error {
	const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
	const script = [
		...creation(login),
		connectGrant(login, database),
		`select etl.add_reader(${literal(login)}, ${literal(tenantId)})`,
	].map((statement) => `  ${statement};`);
	return new ExplainedError(
		'This database login may not create reader logins, so nothing was created.',
		`Use one that may create roles and has created those of Zixly, or ask an administrator to run this in the database "${database}" and to set a password (in psql: \\password ${quoteIdentifier(login)}):
${script.join('\n')}`,
		{ cause },
	);
}

/** @returns why the login could not be dropped; its access is removed in any case */
async function tryDropping(client: PoolClient, login: string, database: string): Promise<unknown> {
	await actAsLogin(client);
	await client.query('savepoint dropping');
	try {
		await endSessions(client, login);
		await client.query(`revoke all on database ${quoteIdentifier(database)} from ${quoteIdentifier(login)}`);
		await client.query(`drop role ${quoteIdentifier(login)}`);
		return undefined;
	} catch (error) {
		const state = getSqlstate(error);
		if (state !== NOT_PERMITTED && state !== STILL_NEEDED) throw error;
		await client.query('rollback to savepoint dropping');
		return error;
	}
}

/** An open session may have a cursor over rows that it has already found. */
async function endSessions(client: PoolClient, login: string): Promise<void> {
	const { rows } = await client.query<{ superuser: boolean }>(
		'select rolsuper as superuser from pg_roles where rolname = current_user',
	);
	// The creator of a role may lack its rights but can grant them to itself; the grant ends with the role.
	if (!rows[0]?.superuser) await client.query(`grant ${quoteIdentifier(login)} to current_user`);
	await client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [login]);
}

function notDropped(login: string, database: string, cause: unknown): Error {
	return new ExplainedError(
		`The reader "${login}" no longer sees any data, but its login still exists because this database login may not drop it.`,
		`As an administrator run in the database "${database}": drop owned by ${quoteIdentifier(login)}; drop role ${quoteIdentifier(login)};`,
		{ cause },
	);
}
