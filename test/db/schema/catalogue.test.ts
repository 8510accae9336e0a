import type { Pool } from 'pg';
import { afterEach, describe, expect, it } from '@jest/globals';

import { ROLES } from '../../../db/schema/roles';
import { useDatabase } from '../../support/database/use-database';

/** Whose logins read what is asked before anybody's tenant is known, and by no tenant. */
const OPERATORS_ALONE = ['etl.tenant_readers', 'etl.paused_tenants', 'etl.deleted_tenants'];

/** Hold no tenant's data. */
const WITHOUT_TENANT = ['etl.exchange_rates', 'etl.schema_migrations', 'etl.schema_functions'];

/** Unique on purpose across tenants: DESIGN 3.1 and 3.4. */
const ACROSS_TENANTS = [
	'public.users_email_key',
	'etl.accounts_one_owner_idx',
	'etl.tenant_readers_pkey',
	'etl.tenant_readers_role_oid_key',
	// Hashes of random secrets: they tell nothing.
	'etl.connect_links_token_hash_key',
	'etl.connect_states_state_hash_key',
];

/** A key that leads with one of these leads with the tenant, directly or through its parent. */
const TENANT_LEADS = ['tenant_id', 'client_kpi_id', 'integration_id'];

const database = useDatabase();

async function names(admin: Pool, text: string, values: unknown[] = []): Promise<string[]> {
	const { rows } = await admin.query<{ name: string }>(text, values);
	return rows.map(({ name }) => name);
}

const OURS = "n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_temp'";

/** Every table that lacks some part of the protection. */
async function unprotectedTables(): Promise<string[]> {
	return names(
		database.admin,
		`select n.nspname || '.' || c.relname as name
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'f', 'm') and ${OURS}
			and n.nspname || '.' || c.relname <> all ($1)
			and not (
				c.relrowsecurity and c.relforcerowsecurity
				and (n.nspname || '.' || c.relname = any ($3) or exists (select from pg_policy p
					where p.polrelid = c.oid and p.polcmd = '*' and p.polpermissive
						and p.polroles && array['zixly_app', 'zixly_tokens']::regrole[]::oid[]
						and p.polqual is not null and p.polwithcheck is not null))
				and not exists (select from pg_policy p
					where p.polrelid = c.oid
						and not p.polroles <@ $2::text[]::regrole[]::oid[])
			)`,
		[WITHOUT_TENANT, ROLES, OPERATORS_ALONE],
	);
}

/** Unique keys that would tell one tenant what another has. */
async function leakingKeys(): Promise<string[]> {
	return names(
		database.admin,
		`select n.nspname || '.' || i.relname as name
		from pg_index x
		join pg_class i on i.oid = x.indexrelid
		join pg_class c on c.oid = x.indrelid
		join pg_namespace n on n.oid = c.relnamespace
		left join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
		where x.indisunique and ${OURS}
			and n.nspname || '.' || c.relname <> all ($1)
			and n.nspname || '.' || i.relname <> all ($2)
			and not (x.indisprimary and x.indnkeyatts = 1 and a.attname = 'id')
			and coalesce(a.attname, '') <> all ($3)`,
		[WITHOUT_TENANT, ACROSS_TENANTS, TENANT_LEADS],
	);
}

/** Foreign keys without an index that leads with their columns: a delete of the parent would read the whole table. */
async function unindexedForeignKeys(): Promise<string[]> {
	return names(
		database.admin,
		`select f.conrelid::regclass || '.' || f.conname as name
		from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
		where f.contype = 'f' and ${OURS}
			and not exists (select from pg_index x
				where x.indrelid = f.conrelid and x.indpred is null and x.indkey[0] = f.conkey[1])`,
	);
}

/** A right to insert gives ROW EXCLUSIVE, which no writer waits for. PostgreSQL 17 has MAINTAIN besides. */
async function privilegesThatLock(): Promise<string> {
	const { rows } = await database.admin.query<{ number: number }>(
		"select current_setting('server_version_num')::int as number",
	);
	return `update, delete, truncate${rows[0]!.number >= 170000 ? ', maintain' : ''}`;
}

async function unsafeFunctions(): Promise<string[]> {
	return names(
		database.admin,
		`select p.oid::regprocedure::text as name
		from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where ${OURS} and (
			p.proconfig is null
			or not exists (select from unnest(p.proconfig) setting where setting = 'search_path=pg_catalog, pg_temp')
			or (p.prosecdef and p.proowner <> 'zixly_operator'::regrole)
			or has_function_privilege('zixly_app', p.oid, 'execute')
			or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)
		)`,
	);
}

describe('the catalogue', () => {
	afterEach(async () => {
		await database.admin.query('drop table if exists public.newcomer');
		await database.admin.query('drop function if exists etl.newcomer()');
	});

	it('shows every table with forced row-level security, using and with check', async () => {
		expect(await unprotectedTables()).toEqual([]);
	});

	it.each([
		['no row-level security', ''],
		['row-level security that its owner escapes', 'enable row level security'],
		['forced row-level security without a policy', 'enable row level security, force row level security'],
	])('shows a new table with %s', async (_what, protection) => {
		await database.admin.query('create table public.newcomer (id text primary key, tenant_id text)');
		if (protection) {
			const actions = protection.split(', ').map((action) => `alter table public.newcomer ${action}`);
			for (const action of actions) await database.admin.query(action);
		}
		expect(await unprotectedTables()).toEqual(['public.newcomer']);
	});

	it('shows a new table whose policy has no with check, or is open to others', async () => {
		const { admin } = database;
		await admin.query('create table public.newcomer (id text primary key, tenant_id text)');
		await admin.query('alter table public.newcomer enable row level security');
		await admin.query('alter table public.newcomer force row level security');
		await admin.query('create policy tenant on public.newcomer to zixly_app using (true)');
		expect(await unprotectedTables()).toEqual(['public.newcomer']);
		await admin.query('alter policy tenant on public.newcomer with check (true)');
		expect(await unprotectedTables()).toEqual([]);
		await admin.query('create policy open on public.newcomer using (true)');
		expect(await unprotectedTables()).toEqual(['public.newcomer']);
	});

	it('shows every unique key led by the tenant, and a new one that is not', async () => {
		expect(await leakingKeys()).toEqual([]);
		await database.admin.query('create table public.newcomer (id text primary key, name text unique)');
		expect(await leakingKeys()).toEqual(['public.newcomer_name_key']);
	});

	it('shows every foreign key indexed', async () => {
		expect(await unindexedForeignKeys()).toEqual([]);
	});

	it('shows every view as security-invoker', async () => {
		const views = await names(
			database.admin,
			`select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where c.relkind = 'v' and ${OURS} and not coalesce('security_invoker=true' = any (c.reloptions), false)`,
		);
		expect(views).toEqual([]);
	});

	it('shows every function with a fixed search path and closed to public, and a new one that is not', async () => {
		expect(await unsafeFunctions()).toEqual([]);
		await database.admin.query("create function etl.newcomer() returns int language sql as 'select 1'");
		expect(await unsafeFunctions()).toEqual(['etl.newcomer()']);
	});
});

describe('the roles', () => {
	it('may not log in, bypass policies, or make roles and databases', async () => {
		const unsafe = await names(
			database.admin,
			`select rolname as name from pg_roles where rolname like 'zixly\\_%' and rolname not like 'zixly\\_test\\_%'
				and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb or rolreplication)`,
		);
		expect(unsafe).toEqual([]);
	});

	it.each(ROLES)('%s owns no table and may not truncate', async (role) => {
		const held = await names(
			database.admin,
			`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where ${OURS} and c.relkind in ('r', 'p')
				and (c.relowner = $1::regrole or has_table_privilege($1, c.oid, 'truncate, trigger, references'))`,
			[role],
		);
		expect(held).toEqual([]);
	});

	it.each(ROLES)('%s may create nothing', async (role) => {
		const creatable = await names(
			database.admin,
			`select n.nspname as name from pg_namespace n where ${OURS} and has_schema_privilege($1, n.oid, 'create')`,
			[role],
		);
		expect(creatable).toEqual([]);
	});

	it('let zixly_worker act as the tenant roles, and have no right of theirs otherwise', async () => {
		const { rows } = await database.admin.query(
			`select role, pg_has_role('zixly_worker', role, 'member') as may_act, pg_has_role('zixly_worker', role, 'usage') as inherits
			from unnest($1::text[]) role where role <> 'zixly_worker' order by role`,
			[ROLES],
		);
		const actor = (role: string) => ({ role, may_act: true, inherits: false });
		const stranger = (role: string) => ({ role, may_act: false, inherits: false });
		expect(rows).toEqual([
			actor('zixly_app'),
			actor('zixly_loader'),
			stranger('zixly_operator'),
			stranger('zixly_reader'),
			actor('zixly_tokens'),
		]);
	});

	it.each(['zixly_app', 'zixly_reader'])(
		'keep %s from locking a table in a way that writers wait for',
		async (role) => {
			const lockable = await names(
				database.admin,
				`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
				where ${OURS} and c.relkind in ('r', 'p') and has_table_privilege($1, c.oid, $2)`,
				[role, await privilegesThatLock()],
			);
			expect(lockable).toEqual([]);
		},
	);

	it('let nobody keep the operator role, not even who migrated', async () => {
		const holders = await names(
			database.admin,
			`select m.member::regrole::text as name from pg_auth_members m
			where m.roleid = 'zixly_operator'::regrole
				and coalesce((to_jsonb(m) ->> 'set_option')::boolean or (to_jsonb(m) ->> 'inherit_option')::boolean, true)`,
		);
		expect(holders).toEqual([]);
	});

	it('leave the tokens out of what the operator functions may read', async () => {
		const { rows } = await database.admin.query<{ column: string; readable: boolean }>(
			`select attname as column, has_column_privilege('zixly_operator', attrelid, attnum, 'select, insert, update') as readable
			from pg_attribute where attrelid = 'public.integrations'::regclass and attname like '%token'`,
		);
		expect(rows).toEqual([
			{ column: 'access_token', readable: false },
			{ column: 'refresh_token', readable: false },
		]);
	});

	it('give public nothing', async () => {
		const open = await names(
			database.admin,
			`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace,
				lateral aclexplode(c.relacl) a where ${OURS} and a.grantee = 0`,
		);
		expect(open).toEqual([]);
	});
});
