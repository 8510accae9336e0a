import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import type { ClientBase } from 'pg';

import { prepareRoles } from './roles';

/**
 * The functions that work across tenants: one per file of `db/functions`, named after it. Each runs as zixly_operator,
 * which has its own policies and cannot read tokens. Only zixly_worker may call them: through zixly_app a tenant would
 * see all tenants. Migrations do not version functions: the database must hold exactly what the files say.
 */
const FOLDER = path.join(__dirname, '..', 'functions');

interface FunctionFile {
	name: string;
	sql: string;
	/** SHA-256 of the file, in hexadecimal. */
	digest: string;
}

/** The difference between a database's functions and this package's. */
export interface FunctionChanges {
	/** Missing or different in the database. */
	changed: FunctionFile[];
	/** Functions of another version of the package. */
	dropped: string[];
}

async function readFunctionFiles(): Promise<FunctionFile[]> {
	const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort();
	return await Promise.all(files.map(readFunctionFile));
}

async function readFunctionFile(file: string): Promise<FunctionFile> {
	const sql = await readFile(path.join(FOLDER, file), 'utf8');
	return { name: path.basename(file, '.sql'), sql, digest: createHash('sha256').update(sql).digest('hex') };
}

/** Compares the database with the files. Needs the table `etl.schema_functions`. */
export async function compareFunctions(client: ClientBase): Promise<FunctionChanges> {
	const { rows } = await client.query<{ name: string; digest: string }>(
		'select name, digest from etl.schema_functions',
	);
	const files = await readFunctionFiles();
	const applied = new Map(rows.map(({ name, digest }) => [name, digest]));
	const known = new Set(files.map(({ name }) => name));
	return {
		changed: files.filter(({ name, digest }) => applied.get(name) !== digest),
		dropped: [...applied.keys()].filter((name) => !known.has(name)),
	};
}

/** Replaces the functions that differ, all of them or none. @returns the names of those that were applied */
export async function applyFunctions(client: ClientBase): Promise<string[]> {
	const { changed, dropped } = await compareFunctions(client);
	if (changed.length === 0 && dropped.length === 0) return [];
	// Changing the functions' owner may need an administrator: this throws an error that says so.
	await prepareRoles(client);
	await client.query('begin');
	try {
		await client.query(LEND_OPERATOR);
		await dropFunctions(client, [...dropped, ...changed.map(({ name }) => name)]);
		for (const { sql } of changed) await client.query(sql);
		await client.query(HAND_OVER);
		await noteFunctions(client, changed);
		await client.query(RETURN_OPERATOR);
		await client.query('commit');
	} catch (error) {
		await client.query('rollback');
		throw error;
	}
	return changed.map(({ name }) => name);
}

/** Includes overloads: `create or replace` would keep those, and it cannot change a return type. */
async function dropFunctions(client: ClientBase, names: readonly string[]): Promise<void> {
	const { rows } = await client.query<{ statement: string }>(
		`select format('drop function %s', p.oid::regprocedure) as statement from pg_catalog.pg_proc p
		where p.pronamespace = 'etl'::regnamespace and p.proname = any ($1)`,
		[names],
	);
	for (const { statement } of rows) await client.query(statement);
	await client.query('delete from etl.schema_functions where name = any ($1)', [names]);
}

async function noteFunctions(client: ClientBase, files: readonly FunctionFile[]): Promise<void> {
	await client.query(
		'insert into etl.schema_functions (name, digest) select * from unnest($1::text[], $2::text[])',
		[files.map(({ name }) => name), files.map(({ digest }) => digest)],
	);
}

/**
 * Changing a function's owner requires membership in the new owner. A migrating login without superuser rights grants it
 * to itself for this transaction only: a permanent member would see every tenant's integrations.
 */
const LEND_OPERATOR = `do $$
begin
	if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user)
		and not pg_has_role(current_user, 'zixly_operator', 'usage')
	then
		execute format('grant zixly_operator to %I', current_user);
		perform set_config('zixly.operator_lent', 'on', true);
	end if;
end
$$`;

const RETURN_OPERATOR = `do $$
begin
	if current_setting('zixly.operator_lent', true) = 'on' then
		execute format('revoke zixly_operator from %I', current_user);
	end if;
end
$$`;

/**
 * The new owner of a function needs the right to create in its schema, but only at that moment. The policies of
 * zixly_reader call `etl.tenant_of_reader`, which a migration creates; the loader calls the two functions for client links.
 */
const HAND_OVER = `grant create on schema etl to zixly_operator;
do $$
declare
	operator_function regprocedure;
	outsider text;
begin
	for operator_function in
		select p.oid from pg_catalog.pg_proc p
		where p.pronamespace = 'etl'::regnamespace and p.prosecdef
	loop
		for outsider in
			select 'public' union all
			select quote_ident(rolname) from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
		loop
			execute format('revoke all on function %s from %s', operator_function, outsider);
		end loop;
		execute format('grant execute on function %s to %s', operator_function,
			case
				when operator_function = 'etl.tenant_of_reader()'::regprocedure then 'zixly_reader'
				when operator_function in ('etl.share_links()'::regprocedure, 'etl.hold_links()'::regprocedure)
					then 'zixly_loader'
				else 'zixly_worker'
			end);
		execute format('alter function %s owner to zixly_operator', operator_function);
	end loop;
end
$$;
revoke create on schema etl from zixly_operator`;
