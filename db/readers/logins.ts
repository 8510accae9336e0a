import { randomBytes } from 'node:crypto';

import type { Pool, PoolClient } from 'pg';

import { quoted } from '../schema/roles';
import { scramVerifier } from './scram';
import { getSqlstate } from '../postgres/sqlstate';
import { asWorker } from '../postgres/transaction';

/** A login that sees one tenant, for a BI tool. */
export interface NewReader {
	login: string;
	/** Shown once: the database keeps only a verifier of it. */
	password: string;
	tenantId: string;
	database: string;
}

export interface RevokedReader {
	login: string;
	tenantId: string;
}

/** What keeps one reader from taking the server from others. A session may change all but the first. */
const LOGIN_SETTINGS: Record<string, string> = {
	default_transaction_read_only: 'on',
	statement_timeout: '1min',
	lock_timeout: '5s',
	idle_in_transaction_session_timeout: '1min',
	idle_session_timeout: '1h',
	search_path: 'public',
	// Off, a query that a policy would filter fails.
	row_security: 'on',
	// As in the package's own transactions: compiling takes longer than such queries run.
	jit: 'off',
};
const MAX_CONNECTIONS = 10;

const LOGIN_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/;

/**
 * Makes a login with a password of its own that sees the rows of one tenant and may change nothing.
 * @throws Error where the role exists, or there is no such tenant; with the statements for an administrator, where this
 * login may not make roles; then nothing was made
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
 * Takes a reader's access away, ends its sessions and drops its login.
 * @throws Error where there is no such reader; where this login may not drop it, after its access was taken away
 */
export async function revokeReader(pool: Pool, { login }: { login: string }): Promise<RevokedReader> {
	const { tenantId, left, database } = await asWorker(pool, async (client) => {
		const { rows } = await client.query<{ tenantId: string; sameRole: boolean }>(
			'select tenant_id as "tenantId", same_role as "sameRole" from etl.remove_reader($1)',
			[login],
		);
		const [removed] = rows;
		if (!removed) throw new Error(`There is no reader "${login}" of this database.`);
		const { database: name } = await lookUp(client, login);
		const cause = removed.sameRole ? await tryDropping(client, login, name) : undefined;
		return { tenantId: removed.tenantId, left: cause, database: name };
	});
	if (left) throw notDropped(login, database, left);
	return { login, tenantId };
}

function assertName(login: string): void {
	if (LOGIN_NAME.test(login)) return;
	throw new Error(
		'The name of the login cannot be used. Take 1 to 63 letters, digits, "_", "-" or ".", beginning with a letter.',
	);
}

async function lookUp(client: PoolClient, login: string): Promise<{ database: string; exists: boolean }> {
	const { rows } = await client.query<{ database: string; exists: boolean }>(
		'select current_database() as database, exists (select from pg_roles where rolname = $1) as exists',
		[login],
	);
	return rows[0]!;
}

/** Roles are made by the login itself: no role of ours may. */
async function actAsLogin(client: PoolClient): Promise<void> {
	await client.query('set local role none');
}

function creation(login: string, verifier?: string): string[] {
	const password = verifier === undefined ? '' : ` password '${verifier}'`;
	return [
		`create role ${quoted(login)} login inherit connection limit ${MAX_CONNECTIONS} in role zixly_reader${password}`,
		...Object.entries(LOGIN_SETTINGS).map(
			([name, value]) => `alter role ${quoted(login)} set ${name} = '${value}'`,
		),
	];
}

const connectGrant = (login: string, database: string): string =>
	`grant connect on database ${quoted(database)} to ${quoted(login)}`;

/** Also where PUBLIC may connect today: a reader goes on working once that is revoked. */
async function allowConnecting(
	client: PoolClient,
	{ login, database }: { login: string; database: string },
): Promise<void> {
	await client.query('savepoint connecting');
	try {
		// Whoever may not grant it gets an error or a warning.
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
/** Made by another session in the same moment. */
const EXISTS_SINCE = '23505';
const NOTHING_FOUND = 'P0002';
const STILL_NEEDED = '2BP01';

function existsError(login: string, cause?: unknown): Error {
	return new Error(
		`The role "${login}" exists already, so nothing was made. Choose another name, or revoke that reader first.`,
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
			return new Error(
				`There is no tenant "${plan.tenantId}", so nothing was made. Tenant: Get Many lists those there are.`,
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
	return new Error(
		'This database login may not make such a login, so nothing was made. Use one that may create roles and has made ' +
			`those of Zixly, or ask an administrator to run this in the database "${database}" and to set a password ` +
			`(in psql: \\password ${quoted(login)}):\n${script.join('\n')}`,
		{ cause },
	);
}

/** Gives back why the login could not be dropped; its access is gone all the same. */
async function tryDropping(client: PoolClient, login: string, database: string): Promise<unknown> {
	await actAsLogin(client);
	await client.query('savepoint dropping');
	try {
		await endSessions(client, login);
		await client.query(`revoke all on database ${quoted(database)} from ${quoted(login)}`);
		await client.query(`drop role ${quoted(login)}`);
		return undefined;
	} catch (error) {
		const state = getSqlstate(error);
		if (state !== NOT_PERMITTED && state !== STILL_NEEDED) throw error;
		await client.query('rollback to savepoint dropping');
		return error;
	}
}

/** A session that is open may hold a cursor over rows that it has found already. */
async function endSessions(client: PoolClient, login: string): Promise<void> {
	const { rows } = await client.query<{ superuser: boolean }>(
		'select rolsuper as superuser from pg_roles where rolname = current_user',
	);
	// Whoever made a role need not have its rights, and may give them to itself; they go with the role.
	if (!rows[0]?.superuser) await client.query(`grant ${quoted(login)} to current_user`);
	await client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [login]);
}

function notDropped(login: string, database: string, cause: unknown): Error {
	return new Error(
		`The reader "${login}" sees nothing any more, but its login is still there, since this database login may not ` +
			`drop it. As an administrator run in the database "${database}": drop owned by ${quoted(login)}; drop role ${quoted(login)};`,
		{ cause },
	);
}
