import type { ClientBase, Pool } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { compareFunctions } from './functions';
import { asLogin } from '../postgres/transaction';
import {
	MIGRATIONS_SCHEMA,
	MIGRATIONS_TABLE,
	PACKAGE_VERSION,
	listPending,
	listUnknown,
	findVersion,
} from './versions';
import { findUnfitSettings } from '../postgres/server';
import { warnOfLoginRightsOver } from './login-rights';
import { warnOfPublicRights } from './public-rights';

export interface SchemaStatus {
	/** The database's schema version, null before the first migration. */
	version: string | null;
	/** The schema version of this package. */
	packageVersion: string;
	upToDate: boolean;
	/** Migrations and functions of this package that have not been applied. */
	pending: string[];
	/** Why the database cannot be used at all; usually empty. */
	unfit: string[];
	/** What should be fixed although the schema works. */
	warnings: string[];
	serverVersion: string;
	login: string;
	/** Whether `custom_metrics.embedding` exists. */
	vector: 'present' | 'unavailable';
	/** The number of tenants; absent if the login may not count them. */
	tenants?: number;
}

interface Facts {
	login: string;
	worker: boolean;
	serverVersion: string;
	vector: boolean;
}

/** Compares a database's schema with this package, and checks the login. */
export async function schemaStatus(pool: Pool): Promise<SchemaStatus> {
	return await asLogin(pool, statusOver);
}

async function statusOver(client: ClientBase): Promise<SchemaStatus> {
	const facts = await readFacts(client);
	const applied = await appliedMigrations(client);
	const pending = [...listPending(applied), ...(await listPendingFunctions(client, applied))];
	const tenants = facts.worker && findVersion(applied) ? await countTenants(client) : undefined;
	return {
		version: findVersion(applied),
		packageVersion: PACKAGE_VERSION,
		upToDate: pending.length === 0 && listUnknown(applied).length === 0,
		pending,
		unfit: await findUnfitSettings(client),
		warnings: [
			...(await warnOfLoginRightsOver(client)),
			...listWarnings(facts, applied),
			...(await warnOfPublicRights(client)),
		],
		serverVersion: facts.serverVersion,
		login: facts.login,
		vector: facts.vector ? 'present' : 'unavailable',
		...(tenants === undefined ? {} : { tenants }),
	};
}

async function listPendingFunctions(client: ClientBase, applied: readonly string[]): Promise<string[]> {
	if (findVersion(applied) === null) return [];
	const { changed } = await compareFunctions(client);
	return changed.map(({ name }) => name);
}

/** The names of the applied migrations, oldest first; empty if the database was never migrated. */
export async function appliedMigrations(client: ClientBase): Promise<string[]> {
	// Reads the catalogue, since `to_regclass` fails for a schema that the login may not use.
	const { rows: tables } = await client.query<{ readable: boolean }>(
		`select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as readable
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = $1 and c.relname = $2`,
		[MIGRATIONS_SCHEMA, MIGRATIONS_TABLE],
	);
	if (!tables[0]) return [];
	if (!tables[0].readable) throw await missingRole(client);
	const { rows } = await client.query<{ name: string }>(
		`select name from ${MIGRATIONS_SCHEMA}.${MIGRATIONS_TABLE} order by id`,
	);
	return rows.map(({ name }) => name);
}

async function missingRole(client: ClientBase): Promise<ExplainedError> {
	const { rows } = await client.query<{ login: string }>('select current_user as login');
	const login = rows[0]?.login ?? '';
	return new ExplainedError(
		`The database login "${login}" may not read the schema's version because it lacks the role zixly_worker.`,
		`As an administrator run: grant zixly_worker to "${login}"`,
	);
}

async function readFacts(client: ClientBase): Promise<Facts> {
	const { rows } = await client.query<Facts>(
		`select current_user as login,
			coalesce((select pg_has_role(current_user, w.oid, 'usage') from pg_roles w
				where w.rolname = 'zixly_worker'), false) as worker,
			current_setting('server_version') as "serverVersion",
			exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid
				join pg_namespace n on n.oid = c.relnamespace
				where n.nspname = 'public' and c.relname = 'custom_metrics'
					and a.attname = 'embedding' and not a.attisdropped) as vector`,
	);
	return rows[0] as Facts;
}

async function countTenants(client: ClientBase): Promise<number> {
	const { rows } = await client.query<{ count: string }>('select count(*) from etl.list_tenants(null, null)');
	return Number(rows[0]?.count ?? 0);
}

function listWarnings({ login, worker }: Facts, applied: readonly string[]): string[] {
	const unknown = listUnknown(applied);
	return [
		...(applied.length > 0 && !worker
			? [
					`The login "${login}" lacks the role zixly_worker. As an administrator run: grant zixly_worker to "${login}"`,
				]
			: []),
		...(unknown.length > 0
			? [`The database is newer than this package (${unknown.join(', ')}). Install a newer n8n-nodes-zixly.`]
			: []),
	];
}
