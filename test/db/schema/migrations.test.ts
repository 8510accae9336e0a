import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { closePools, getPool, settingsFromUrl, type DatabaseSettings } from '../../../db/postgres/pool';
import { migrate } from '../../../db/schema/migrate';
import { ROLES } from '../../../db/schema/roles';
import { PACKAGE_VERSION, SCHEMA_VERSIONS } from '../../../db/schema/versions';
import { schemaStatus } from '../../../db/schema/status';
import { createTenant, listTenants } from '../../../db/integrations/tenants';
import { asAdmin } from '../../support/database/template';
import { startPostgres, type PostgresServer } from '../../support/database/postgres';
import { expectWithMessage } from '../../support/expect/expectations';

const ALL = SCHEMA_VERSIONS.flatMap(({ migrations }) => migrations);
const PASSWORD = 'made-up-password';

/** A server of its own, since roles belong to the whole server. */
let server: PostgresServer;
let database = '';
let counter = 0;
beforeAll(async () => {
	server = await startPostgres();
});
afterAll(async () => {
	await server.stop();
});

/** Each test meets a server without the roles, and an empty database that belongs to `owner`. */
beforeEach(async () => {
	database = `trial_${++counter}`;
	await administer(`create role owner login createrole password '${PASSWORD}'`);
	await administer(`create database ${database} owner owner`);
});
afterEach(async () => {
	await closePools();
	const { rows } = await administer("select datname from pg_database where datname like 'trial%'");
	for (const { datname } of rows) await administer(`drop database ${datname} with (force)`);
	const { rows: roles } = await administer(
		"select rolname from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres' order by rolname",
	);
	for (const { rolname } of roles)
		await administer(`drop owned by "${rolname}" cascade; drop role "${rolname}"`);
});

function administer(statement: string, inDatabase = 'postgres'): Promise<pg.QueryResult> {
	const url = new URL(server.adminUrl);
	url.pathname = `/${inDatabase}`;
	return asAdmin(url.href, (client) => client.query(statement));
}

function login(user: string, inDatabase = database): DatabaseSettings {
	return { ...settingsFromUrl(server.adminUrl), user, password: PASSWORD, database: inDatabase };
}

const superuser = (): DatabaseSettings => ({ ...settingsFromUrl(server.adminUrl), database });

/** That one login is enough to begin: what migrated can also do what n8n does. */
async function worksFor(settings: DatabaseSettings): Promise<void> {
	const { id } = await createTenant(getPool(settings), { name: 'Harbour Coffee' });
	expect((await listTenants(getPool(settings))).map((tenant) => tenant.id)).toContain(id);
}

describe('migrate', () => {
	it('brings an empty database of a plain owner to this version, and the owner can work', async () => {
		const result = await migrate(login('owner'));
		expect(result).toEqual({
			from: null,
			to: PACKAGE_VERSION,
			applied: ALL,
			functions: expect.arrayContaining(['claim_due', 'sync_health']),
			vector: 'unavailable',
			warnings: [expect.stringContaining('vector'), expect.stringContaining('may connect')],
		});
		await worksFor(login('owner'));
	});

	it('works as a superuser', async () => {
		expect((await migrate(superuser())).applied).toEqual(ALL);
		await worksFor(superuser());
		expect((await schemaStatus(getPool(superuser()))).warnings).toEqual([
			expect.stringContaining('is a superuser'),
			expect.stringContaining('may connect'),
		]);
	});

	it('changes nothing the second time', async () => {
		await migrate(login('owner'));
		const again = await migrate(login('owner'));
		expect(again).toMatchObject({ from: PACKAGE_VERSION, to: PACKAGE_VERSION, applied: [], functions: [] });
	});

	it('replaces a function that differs from this package, and only that', async () => {
		await migrate(login('owner'));
		await administer(
			"update etl.schema_functions set digest = 'of another version' where name = 'claim_due'",
			database,
		);
		await administer(
			'create function etl.claim_due(of_another text) returns text language sql as $$ select of_another $$',
			database,
		);
		expect((await schemaStatus(getPool(login('owner')))).pending).toEqual(['claim_due']);
		expect(await migrate(login('owner'))).toMatchObject({ applied: [], functions: ['claim_due'] });
		const { rows } = await administer(
			"select proowner::regrole::text as owner, proacl::text[] as acl from pg_proc where proname = 'claim_due'",
			database,
		);
		expect(rows).toEqual([
			{ owner: 'zixly_operator', acl: expect.not.arrayContaining([expect.stringMatching(/^=/)]) },
		]);
		expect((await schemaStatus(getPool(login('owner')))).upToDate).toBe(true);
		await worksFor(login('owner'));
	});

	it('drops a function that this package no longer has', async () => {
		await migrate(login('owner'));
		await administer(
			"insert into etl.schema_functions values ('former', 'x'); create function etl.former() returns int language sql as 'select 1'",
			database,
		);
		await migrate(login('owner'));
		const { rows } = await administer("select to_regproc('etl.former') as former", database);
		expect(rows).toEqual([{ former: null }]);
	});

	it('is harmless when twenty do it at once', async () => {
		const results = await Promise.all(Array.from({ length: 20 }, () => migrate(login('owner'))));
		expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
		await worksFor(login('owner'));
	});

	it('is harmless when eight databases of one server do it at once', async () => {
		const names = Array.from({ length: 8 }, (_, index) => `trial_many_${index}`);
		for (const name of names) await administer(`create database ${name} owner owner`);
		const results = await Promise.all(names.map((name) => migrate(login('owner', name))));
		expect(results.map(({ applied }) => applied)).toEqual(names.map(() => ALL));
		for (const name of names) await worksFor(login('owner', name));
	});

	it('applies all of a migration or nothing', async () => {
		await administer('create schema etl authorization owner; create table etl.sync_runs ()', database);
		await expect(migrate(login('owner'))).rejects.toThrow(/sync_runs.*already exists/);
		const { rows } = await administer("select to_regclass('etl.accounts') as later", database);
		expect(rows).toEqual([{ later: null }]);
		await administer('drop table etl.sync_runs', database);
		expect((await migrate(login('owner'))).to).toBe(PACKAGE_VERSION);
	});

	it('refuses a database that is newer, in one clear line', async () => {
		await migrate(login('owner'));
		await administer(
			"insert into etl.schema_migrations (name, run_on) values ('0099_future', now())",
			database,
		);
		await expect(migrate(login('owner'))).rejects.toThrow(
			/^The database is newer than this package: it holds the migration 0099_future.*Install a newer/,
		);
		const status = await schemaStatus(getPool(login('owner')));
		expect(status.upToDate).toBe(false);
		expect(status.warnings).toContainEqual(expect.stringContaining('0099_future'));
	});

	it('leaves nobody the role that sees every tenant', async () => {
		await migrate(login('owner'));
		const error = await getPool(login('owner'))
			.query('set role zixly_operator')
			.catch((e) => e);
		expect(error.code).toBe('42501');
	});
});

describe('roles', () => {
	/** The statements that an error asks an administrator to run. */
	async function statementsOf(settings: DatabaseSettings): Promise<string[]> {
		const error: Error = await migrate(settings).catch((e) => e);
		expect(error.message).toMatch(/Ask an administrator of the server to run this/);
		return error.message
			.split('\n')
			.filter((line) => line.startsWith('  '))
			.map((line) => line.trim());
	}

	/** How memberships are granted on this server's version. */
	async function membershipGrants(): Promise<string[]> {
		const { rows } = await administer(
			"select current_setting('server_version_num')::int >= 160000 as options",
		);
		const options = rows[0]?.options ? ' with inherit false, set true' : '';
		return ['zixly_app', 'zixly_loader', 'zixly_tokens'].map(
			(role) => `grant ${role} to zixly_worker${options};`,
		);
	}

	it('may exist already, from another database of the same owner', async () => {
		await migrate(login('owner'));
		await administer('create database trial_second owner owner');
		expect((await migrate(login('owner', 'trial_second'))).applied).toEqual(ALL);
		await worksFor(login('owner', 'trial_second'));
	});

	it('are asked of an administrator, by the very statements, where the login may not make them', async () => {
		await administer('alter role owner nocreaterole');
		const statements = await statementsOf(login('owner'));
		expect(statements).toEqual([
			'create role zixly_app nologin;',
			'create role zixly_loader nologin;',
			'create role zixly_tokens nologin;',
			'create role zixly_operator nologin;',
			'create role zixly_reader nologin;',
			'create role zixly_worker nologin noinherit;',
			...(await membershipGrants()),
			'grant zixly_worker to "owner";',
			'grant zixly_operator to "owner";',
		]);
		const { rows } = await administer("select to_regnamespace('etl') as schema", database);
		expectWithMessage(rows, 'nothing was changed').toEqual([{ schema: null }]);
		for (const statement of statements) await administer(statement);
		expect((await migrate(login('owner'))).applied).toEqual(ALL);
		await worksFor(login('owner'));
	});

	it('are granted, or asked of an administrator, when someone else made them', async () => {
		for (const role of ROLES) await administer(`create role ${role} nologin`);
		const { rows } = await administer(
			"select current_setting('server_version_num')::int >= 160000 as strict",
		);
		if (rows[0]?.strict) {
			const statements = await statementsOf(login('owner'));
			expect(statements).toEqual([
				...(await membershipGrants()),
				'grant zixly_worker to "owner";',
				'grant zixly_operator to "owner";',
			]);
			for (const statement of statements) await administer(statement);
		}
		expect((await migrate(login('owner'))).applied).toEqual(ALL);
		await worksFor(login('owner'));
	});

	it('corrects roles that inherit more than they should', async () => {
		for (const role of ROLES) await administer(`create role ${role} nologin`);
		await administer('grant zixly_app, zixly_loader to zixly_worker');
		await migrate(superuser());
		const { rows } = await administer(
			`select pg_has_role('zixly_worker', role, 'usage') as inherits, pg_has_role('zixly_worker', role, 'member') as member
			from unnest(array['zixly_app', 'zixly_loader', 'zixly_tokens']) role`,
		);
		expect(rows).toEqual(Array(3).fill({ inherits: false, member: true }));
		await worksFor(superuser());
	});

	it.each(['superuser', 'bypassrls', 'login'])('rejects existing roles with %s', async (attribute) => {
		await administer(`create role zixly_app ${attribute}`);
		await expect(migrate(login('owner'))).rejects.toThrow(
			/alter role zixly_app nologin nosuperuser nobypassrls/,
		);
	});

	it('grants nothing to the roles of Supabase’s API, which gives them everything by default', async () => {
		await administer('create role anon nologin; create role authenticated nologin');
		await administer(
			'alter default privileges for role owner grant all on tables to anon, authenticated',
			database,
		);
		await administer(
			'alter default privileges for role owner grant all on functions to anon, authenticated',
			database,
		);
		await migrate(login('owner'));
		const { rows } = await administer(
			`select c.oid::regclass::text as name from pg_class c, (values ('anon'), ('authenticated')) as r(role)
			where c.relnamespace in ('public'::regnamespace, 'etl'::regnamespace) and c.relkind = 'r'
				and has_table_privilege(r.role, c.oid, 'select, insert, update, delete, truncate')
			union all
			select p.oid::regprocedure::text from pg_proc p, (values ('anon'), ('authenticated')) as r(role)
			where p.pronamespace = 'etl'::regnamespace and has_function_privilege(r.role, p.oid, 'execute')`,
			database,
		);
		expect(rows).toEqual([]);
	});
});

describe('status', () => {
	it('says what is missing before the first migration, and what is there after it', async () => {
		expect(await schemaStatus(getPool(login('owner')))).toMatchObject({
			version: null,
			packageVersion: PACKAGE_VERSION,
			upToDate: false,
			pending: ALL,
			warnings: [expect.stringContaining('may connect')],
			login: 'owner',
		});
		await migrate(login('owner'));
		await worksFor(login('owner'));
		expect(await schemaStatus(getPool(login('owner')))).toMatchObject({
			version: PACKAGE_VERSION,
			upToDate: true,
			pending: [],
			warnings: [expect.stringContaining('may connect')],
			vector: 'unavailable',
			tenants: 1,
		});
	});

	it('says that everybody may connect, or create in public, and by which statements that ends', async () => {
		await migrate(login('owner'));
		await administer(`create role n8n login in role zixly_worker password '${PASSWORD}'`);
		await administer('grant create on schema public to public', database);
		const warnings = async () => (await schemaStatus(getPool(login('n8n')))).warnings;
		const said = await warnings();
		expect(said).toHaveLength(2);
		for (const warning of said) {
			const statements = warning.slice(warning.lastIndexOf(': ') + 2);
			expect(statements).toMatch(/^revoke (connect|create) on .* from public;/);
			await administer(statements, database);
		}
		await closePools();
		expect(await warnings()).toEqual([]);
		await worksFor(login('n8n'));
		await administer(`create role staging login in role zixly_worker password '${PASSWORD}'`);
		await expect(schemaStatus(getPool(login('staging')))).rejects.toThrow(/permission denied for database/);
	});

	it('names the missing grant of another login', async () => {
		await migrate(login('owner'));
		await administer(`create role stranger login password '${PASSWORD}'`);
		await expect(schemaStatus(getPool(login('stranger')))).rejects.toThrow(
			'grant zixly_worker to "stranger"',
		);
	});

	it('warns of a login that bypasses row-level security', async () => {
		await migrate(login('owner'));
		await administer(`create role bypasser login bypassrls in role zixly_worker password '${PASSWORD}'`);
		const { warnings } = await schemaStatus(getPool(login('bypasser')));
		expect(warnings).toContainEqual(expect.stringContaining('bypasses row-level security'));
	});
});

describe('the embedding', () => {
	/** Stands in for the extension's type, which the embedded server has not. */
	const STAND_IN = `
		create type public.vector;
		create function public.vector_in(cstring, oid, int4) returns public.vector
			language internal immutable strict as 'varcharin';
		create function public.vector_out(public.vector) returns cstring
			language internal immutable strict as 'varcharout';
		create function public.vector_typmod_in(cstring[]) returns int4
			language internal immutable strict as 'varchartypmodin';
		create type public.vector (input = public.vector_in, output = public.vector_out, typmod_in = public.vector_typmod_in)`;

	it('is added by a later migrate, once the type can be had', async () => {
		expect((await migrate(login('owner'))).vector).toBe('unavailable');
		await administer(STAND_IN, database);
		expect(await migrate(login('owner'))).toMatchObject({
			applied: [],
			vector: 'present',
			warnings: [expect.stringContaining('may connect')],
		});
		expect(await migrate(login('owner'))).toMatchObject({ vector: 'present' });
		const { rows } = await administer(
			"select udt_name from information_schema.columns where table_name = 'custom_metrics' and column_name = 'embedding'",
			database,
		);
		expect(rows).toEqual([{ udt_name: 'vector' }]);
	});
});
