/** What whoever holds a reader's login may type. `mine` is the reader's own tenant, `theirs` another one. */
export interface HostileStatement {
	name: string;
	/** Run by the simple protocol, so that several statements may stand in it. */
	sql: string;
	/** Run after it, as a statement of its own; only if `sql` succeeded. */
	then?: string;
}

/** What the package has in the database: with a new table or function the corpus grows by itself. */
export interface Targets {
	tables: Array<{ name: string; column: string }>;
	/** A call of each function, with nulls. */
	calls: string[];
}

export const TARGETS = `select
	(select json_agg(json_build_object('name', format('%s.%s', n.nspname, c.relname), 'column', a.attname) order by c.oid)
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		join pg_attribute a on a.attrelid = c.oid and a.attnum = (
			-- Not an identity: PostgreSQL rejects its update before it looks at rights, which proves nothing.
			select min(attnum) from pg_attribute where attrelid = c.oid and attnum > 0 and attidentity = '')
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p')) as tables,
	(select json_agg(format('etl.%s(%s)', p.proname, (
			select string_agg('null::' || format_type(t.oid, null), ', ' order by t.place)
			from unnest(p.proargtypes::oid[]) with ordinality as t(oid, place)
		)) order by p.oid)
		from pg_proc p
		where p.pronamespace = 'etl'::regnamespace and p.prorettype <> 'trigger'::regtype) as calls`;

const THEIRS = `t::text like '%theirs%'`;
const WRITE = 'begin read write;';

/** `t` is a table; what they try is to read, change or lock what is another tenant's. */
const ON_TABLES: Array<[name: string, sql: (table: string, column: string) => string]> = [
	['select', (t) => `select * from ${t} t where ${THEIRS}`],
	[
		'lateral',
		(t) =>
			`select x.* from (values (1)) v, lateral (select to_jsonb(t) from ${t} t) x where x::text like '%theirs%'`,
	],
	[
		'materialised CTE',
		(t) => `with x as materialized (select * from ${t}) select * from x where x::text like '%theirs%'`,
	],
	[
		'not materialised CTE',
		(t) => `with x as not materialized (select * from ${t}) select * from x t where ${THEIRS}`,
	],
	['writing CTE', (t) => `${WRITE} with x as (delete from ${t} returning *) select * from x`],
	['tablesample', (t) => `select * from ${t} t tablesample system (100) where ${THEIRS}`],
	[
		'ctid',
		(t) =>
			`select * from ${t} t where ctid = any (array(select ('(0,' || g || ')')::tid from generate_series(1, 50) g)) and ${THEIRS}`,
	],
	[
		'leaky function',
		(t) =>
			`${WRITE} create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'LEAK %', $1; if $1 like '%theirs%' then raise exception 'LEAK %', $1; end if; return true; end $$; select count(*) from ${t} t where pg_temp.leak(t::text) having count(*) < 0`,
	],
	[
		'leaky operator',
		(t) =>
			`${WRITE} create function pg_temp.leak(text, text) returns boolean language plpgsql cost 0.0000001 as $$ begin if $1 like '%theirs%' then raise exception 'LEAK %', $1; end if; return true; end $$; create operator pg_temp.<<< (function = pg_temp.leak, leftarg = text, rightarg = text); select count(*) from ${t} t where t::text operator(pg_temp.<<<) '' having count(*) < 0`,
	],
	[
		'division by zero',
		(t) =>
			`select 1 / (case when count(*) > 0 then 0 else 1 end) as gone from ${t} t where ${THEIRS} having count(*) > 0`,
	],
	['cast error', (t) => `select (t::text)::int from ${t} t where ${THEIRS}`],
	[
		'xml export',
		(t) =>
			`select query_to_xml('select * from ${t}', true, false, '')::text as text from (values (1)) v where query_to_xml('select * from ${t}', true, false, '')::text like '%theirs%'`,
	],
	['row_security off', (t) => `set row_security = off; select * from ${t} t where ${THEIRS}`],
	[
		'cursor',
		(t) => `begin; declare c scroll cursor with hold for select * from ${t} t where ${THEIRS}; fetch all c`,
	],
	['prepared', (t) => `prepare p as select * from ${t} t where ${THEIRS}; execute p`],
	['copy out', (t) => `copy (select * from ${t} t where ${THEIRS}) to program 'cat > /dev/null'`],
	['copy to the client', (t) => `copy (select * from ${t} t where ${THEIRS}) to stdout`],
	['copy from the client', (t) => `${WRITE} copy ${t} from stdin; commit`],
	[
		'block',
		(t) =>
			`do $$ declare r text; begin select t::text into r from ${t} t where ${THEIRS} limit 1; perform set_config('made.up', r, false); end $$; select current_setting('made.up', true) as found`,
	],
	[
		'dynamic statement in a function',
		(t) =>
			`${WRITE} create function pg_temp.f() returns setof text language plpgsql as $$ begin return query execute 'select t::text from ${t} t'; end $$; select * from pg_temp.f() t where ${THEIRS}`,
	],
	[
		'leaky cast',
		(t) =>
			`${WRITE} create type pg_temp.box as (v text); create function pg_temp.leak(text) returns pg_temp.box language plpgsql cost 0.0000001 as $$ begin if $1 like '%theirs%' then raise exception 'LEAK %', $1; end if; return row($1); end $$; create cast (text as pg_temp.box) with function pg_temp.leak(text) as implicit; select count(*) from ${t} t where (t::text)::pg_temp.box is not null having count(*) < 0`,
	],
	[
		'leaky aggregate',
		(t) =>
			`${WRITE} create function pg_temp.leak(text, text) returns text language plpgsql as $$ begin if $2 like '%theirs%' then raise exception 'LEAK %', $2; end if; return $2; end $$; create aggregate pg_temp.gather (text) (sfunc = pg_temp.leak, stype = text); select pg_temp.gather(t::text) as last from ${t} t`,
	],
	[
		'temporary copy',
		(t) => `${WRITE} create temp table x as select * from ${t}; select * from x t where ${THEIRS}`,
	],
	[
		'cursor in a block',
		(t) =>
			`do $$ declare r text; c cursor for select t::text from ${t} t where ${THEIRS}; begin open c; fetch c into r; perform set_config('made.up', r, false); end $$; select current_setting('made.up', true) as found`,
	],
	['insert', (t) => `${WRITE} insert into ${t} default values; commit`],
	['update', (t, column) => `${WRITE} update ${t} set ${column} = ${column}; commit`],
	['delete', (t) => `${WRITE} delete from ${t}; commit`],
	['merge', (t) => `${WRITE} merge into ${t} t using (select 1) s on true when matched then delete; commit`],
	['truncate', (t) => `${WRITE} truncate ${t} cascade; commit`],
	['for update', (t) => `${WRITE} select from ${t} for update; select 'locked' as gained`],
	['for key share', (t) => `${WRITE} select from ${t} for key share; select 'locked' as gained`],
	['lock exclusive', (t) => `${WRITE} lock table ${t} in access exclusive mode; select 'locked' as gained`],
	['lock row exclusive', (t) => `${WRITE} lock table ${t} in row exclusive mode; select 'locked' as gained`],
	['disable policies', (t) => `${WRITE} alter table ${t} disable row level security; commit`],
	['policy', (t) => `${WRITE} create policy p on ${t} using (true); commit`],
	[
		'trigger',
		(t) =>
			`${WRITE} create trigger x before insert on ${t} for each row execute function etl.set_updated_at(); commit`,
	],
	['rule', (t) => `${WRITE} create rule r as on insert to ${t} do instead nothing; commit`],
	['view', (t) => `${WRITE} create temp view v as select * from ${t}; select * from v t where ${THEIRS}`],
	['inherit', (t) => `${WRITE} create temp table child () inherits (${t}); commit`],
	[
		'references',
		(t) => `${WRITE} create table public.child (id text references ${t}); select 'referenced' as gained`,
	],
	[
		'analyze',
		(t) =>
			`analyze ${t}; select * from pg_stats where schemaname || '.' || tablename = '${t}' and most_common_vals::text like '%theirs%'`,
	],
	['statistics', (t) => `${WRITE} create statistics s on ctid, xmin from ${t}; commit`],
];

const SETTINGS: HostileStatement[] = [
	...Object.entries({
		'app.tenant_id': 'theirs',
		'app.user_id': 'theirs',
		role: 'zixly_operator',
		session_authorization: 'zixly_test_owner',
		search_path: 'theirs',
		row_security: 'off',
	}).map(([name, value]) => ({
		name: `set_config ${name}`,
		sql: `select set_config('${name}', '${value}', false); select * from public.tenants t where ${THEIRS}`,
	})),
	...[
		'zixly_app',
		'zixly_loader',
		'zixly_tokens',
		'zixly_worker',
		'zixly_operator',
		'pg_read_all_data',
		'pg_monitor',
		'postgres',
		'zixly_test_owner',
		'zixly_test_n8n',
	].flatMap((role) => [
		{ name: `set role ${role}`, sql: `set role ${role}; select 'role' as gained` },
		{
			name: `set session authorization ${role}`,
			sql: `set session authorization ${role}; select 'session' as gained`,
		},
		{ name: `grant ${role}`, sql: `${WRITE} grant ${role} to current_user; select 'granted' as gained` },
	]),
	{
		name: 'set_config in a policy’s way',
		sql: `select set_config('app.tenant_id', 'theirs', true), * from public.client_kpis t where ${THEIRS}`,
	},
	{
		name: 'reset role',
		sql: `reset role; reset session authorization; select * from public.tenants t where ${THEIRS}`,
	},
	{
		name: 'local role in a block',
		sql: `do $$ begin perform set_config('role', 'zixly_app', true); end $$; select 'role' as gained`,
	},
	{ name: 'session_replication_role', sql: `set session_replication_role = replica; select 'set' as gained` },
	{
		name: 'transaction_read_only',
		sql: `begin; set transaction read write; delete from public.financials; commit`,
	},
	{
		name: 'default_transaction_read_only',
		sql: `set default_transaction_read_only = off; delete from public.custom_metrics`,
	},
	{ name: 'alter own role', sql: `${WRITE} alter role current_user superuser; select 'super' as gained` },
	{
		name: 'alter own role bypassrls',
		sql: `${WRITE} alter role current_user bypassrls; select 'bypass' as gained`,
	},
	{
		name: 'rename oneself',
		sql: `${WRITE} do $$ begin execute format('alter role %I rename to zixly_theirs', current_user); end $$; select 'renamed' as gained`,
	},
	{ name: 'create role', sql: `${WRITE} create role zixly_made_up superuser; select 'made' as gained` },
	{
		name: 'plan reuse',
		sql: `prepare p as select id from public.tenants; execute p; select set_config('app.tenant_id', 'theirs', false); execute p`,
	},
	{
		name: 'generic plan',
		sql: `set plan_cache_mode = force_generic_plan; prepare p (text) as select * from public.tenants where id = $1; execute p('theirs')`,
	},
];

const SHADOWS: HostileStatement[] = [
	{
		name: 'table',
		sql: `${WRITE} create temp table client_kpis (id text, tenant_id text); insert into client_kpis values ('theirs-client', 'mine'); set search_path = pg_temp, public; select * from public.financials t where ${THEIRS}`,
	},
	{
		name: 'table of readers',
		sql: `${WRITE} create temp table tenant_readers as select session_user::text as role_name, 0::oid as role_oid, 'theirs' as tenant_id; set search_path = pg_temp, etl, public; select * from public.tenants t where ${THEIRS}`,
	},
	{
		name: 'function',
		sql: `${WRITE} create function pg_temp.tenant_of_reader() returns text language sql as 'select ''theirs''::text'; set search_path = pg_temp, pg_catalog; select * from public.tenants t where ${THEIRS}`,
	},
	{
		name: 'current_setting',
		sql: `${WRITE} create function pg_temp.current_setting(text, boolean) returns text language sql as 'select ''theirs''::text'; set search_path = pg_temp, pg_catalog; select * from public.tenants t where ${THEIRS}`,
	},
	{
		name: 'operator',
		sql: `${WRITE} create function pg_temp.eq(text, text) returns boolean language sql as 'select true'; create operator pg_temp.= (function = pg_temp.eq, leftarg = text, rightarg = text); set search_path = pg_temp, pg_catalog; select * from public.tenants t where ${THEIRS}`,
	},
	{
		name: 'catalogue',
		sql: `${WRITE} create temp table pg_roles as select oid, 'theirs'::name as rolname from pg_catalog.pg_roles; set search_path = pg_temp, pg_catalog; select * from public.tenants t where ${THEIRS}`,
	},
	{
		name: 'function in public',
		sql: `${WRITE} create function public.lower(name) returns text language sql as 'select 1::text'; commit`,
	},
	{ name: 'table in public', sql: `${WRITE} create table public.made_up (id int); commit` },
	{ name: 'type in public', sql: `${WRITE} create type public.made_up as enum ('a'); commit` },
	{ name: 'schema', sql: `${WRITE} create schema made_up; commit` },
	{
		name: 'replace the view',
		sql: `${WRITE} create or replace view public.sync_status as select tenant_id, provider, status, last_sync_at from public.integrations; commit`,
	},
	{
		name: 'view without security_invoker',
		sql: `${WRITE} alter view public.sync_status reset (security_invoker); commit`,
	},
];

const CALLS = [
	'etl.tenant_of_reader()',
	"etl.add_reader(session_user::text, 'theirs')",
	'etl.remove_reader(session_user::text)',
	"etl.create_tenant('forged', 'Forged', null, false)",
	'etl.list_tenants(null, 10)',
	'etl.list_integrations(null, null, null, 10)',
	'etl.list_runs(null, null, null, null, 10)',
	"etl.get_run('theirs-run')",
	"etl.sync_health(null, null, '6 hours', 10)",
	'etl.list_rejected_records(null, null, null, null, null, null, null, null, 10)',
	'etl.list_rejected_reasons(null, null, null, null, null)',
	'etl.list_readers(null)',
	"etl.claim_due('xero', array['forged'], '0', '1 minute', '1', '1', 'manual', null, true, 'stored')",
	"etl.take_runs(array['theirs-run'], '1', '1', 'retry', '1 hour')",
	"etl.accounts_taken('mine-integration', 'xero', array['theirs-organisation'])",
	"etl.enter_accounts('theirs', 'theirs-integration', '[]', true)",
	"etl.release_accounts('theirs', 'theirs-integration', null)",
	'etl.hold_links()',
	'etl.share_links()',
	"etl.release_runs(array['theirs-run'])",
	"etl.renew_leases(array['theirs-run'], '1 hour')",
	"etl.runs_of_execution('1')",
	'etl.abandon_runs()',
	"etl.take_over_runs(array['theirs'], '1', '1', 'manual', '1 minute')",
	'etl.tenants_with_conversions()',
	'etl.currencies_in_use()',
	'etl.rates_missed()',
	"pg_read_file('/etc/passwd')",
	"pg_read_binary_file('PG_VERSION')",
	"pg_ls_dir('.')",
	'pg_ls_waldir()',
	"pg_stat_file('PG_VERSION')",
	"lo_import('/etc/passwd')",
	"lo_export(1, '/tmp/made-up')",
	'pg_reload_conf()',
	'pg_rotate_logfile()',
	'pg_switch_wal()',
	"pg_create_restore_point('made_up')",
	"pg_create_physical_replication_slot('made_up')",
	"pg_create_logical_replication_slot('made_up', 'pgoutput')",
	'pg_current_logfile()',
	"concat(pg_relation_filepath('public.tenants'), pg_read_file('PG_VERSION'))",
	'pg_promote()',
	"lo_import('PG_VERSION')",
	'pg_log_backend_memory_contexts((select min(pid) from pg_stat_activity))',
	'pg_stat_reset()',
	"pg_stat_get_backend_activity(1) where pg_stat_get_backend_activity(1) like '%theirs%'",
	"pg_terminate_backend((select pid from pg_stat_activity where usename is distinct from session_user and backend_type = 'client backend' limit 1)) as stopped where (select pid from pg_stat_activity where usename is distinct from session_user and backend_type = 'client backend' limit 1) is not null",
	"pg_cancel_backend((select pid from pg_stat_activity where usename is distinct from session_user and backend_type = 'client backend' limit 1)) as stopped where (select pid from pg_stat_activity where usename is distinct from session_user and backend_type = 'client backend' limit 1) is not null",
];

const CATALOGUES: HostileStatement[] = [
	{ name: 'pg_stats', sql: `select * from pg_stats t where schemaname in ('public', 'etl') and ${THEIRS}` },
	{
		name: 'pg_stats of tenants’ tables',
		sql: `select tablename, most_common_vals from pg_stats where schemaname = 'public' and tablename in ('client_kpis', 'custom_metrics', 'lead_events')`,
	},
	{ name: 'pg_stats_ext', sql: `select * from pg_stats_ext t where ${THEIRS}` },
	{ name: 'pg_statistic', sql: 'select * from pg_statistic limit 1' },
	{ name: 'pg_statistic_ext_data', sql: 'select * from pg_statistic_ext_data limit 1' },
	{ name: 'pg_authid', sql: 'select rolpassword from pg_authid limit 1' },
	{ name: 'pg_shadow', sql: 'select passwd from pg_shadow limit 1' },
	{ name: 'pg_user_mapping', sql: 'select * from pg_user_mapping limit 1' },
	{ name: 'pg_largeobject', sql: 'select * from pg_largeobject limit 1' },
	{ name: 'pg_hba_file_rules', sql: 'select * from pg_hba_file_rules limit 1' },
	{ name: 'pg_file_settings', sql: 'select * from pg_file_settings limit 1' },
	{
		name: 'pg_stat_activity',
		sql: `select query from pg_stat_activity t where usename is distinct from session_user and query <> '<insufficient privilege>' and query <> ''`,
	},
	{
		name: 'pg_prepared_statements',
		sql: `select * from pg_prepared_statements t where ${THEIRS} and not statement like '%pg_prepared_statements%'`,
	},
	{ name: 'pg_cursors', sql: `select * from pg_cursors t where ${THEIRS}` },
	{
		name: 'information_schema',
		sql: `select * from information_schema.column_privileges where table_schema in ('public', 'etl') and column_name like '%token' and privilege_type in ('SELECT', 'UPDATE')`,
	},
	{ name: 'tokens', sql: 'select access_token from public.integrations' },
	{ name: 'refresh tokens', sql: 'select refresh_token from public.integrations' },
	{ name: 'whole row of integrations', sql: 'select i from public.integrations i' },
	{
		name: 'count of integrations by token',
		sql: "select count(*) from public.integrations where access_token like 'v1.%'",
	},
	{ name: 'metadata of integrations', sql: 'select metadata from public.integrations' },
	{ name: 'sync_status of all', sql: "select * from public.sync_status where tenant_id <> 'mine'" },
	{
		name: 'sync_status through a leaky function',
		sql: `${WRITE} create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0000001 as $$ begin if $1 like '%theirs%' then raise exception 'LEAK %', $1; end if; return true; end $$; select count(*) from public.sync_status where pg_temp.leak(tenant_id) having count(*) < 0`,
	},
	{
		name: 'join by a guessed id',
		sql: "select * from public.client_kpis k right join (values ('theirs-client')) v (id) using (id) where k.tenant_id is not null",
	},
	{ name: 'by id', sql: "select * from public.financials where id = 'theirs-financial'" },
	{ name: 'by client', sql: "select * from public.lead_events where client_kpi_id = 'theirs-client'" },
	{
		name: 'union through a subquery',
		sql: "select (select name from public.tenants where id = 'theirs') as name where exists (select from public.tenants where id = 'theirs')",
	},
	{
		name: 'recursion',
		sql: `with recursive r as (select id from public.client_kpis union select k.id from public.client_kpis k, r) select * from r t where ${THEIRS}`,
	},
	{
		name: 'parallel scan',
		sql: `set min_parallel_table_scan_size = 0; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; select * from public.financials t where ${THEIRS}`,
	},
];

const OTHERS: HostileStatement[] = [
	{
		name: 'copy from program',
		sql: `${WRITE} create temp table x (a text); copy x from program 'id'; select * from x`,
	},
	{
		name: 'copy from file',
		sql: `${WRITE} create temp table x (a text); copy x from '/etc/passwd'; select * from x`,
	},
	{ name: 'create extension dblink', sql: `${WRITE} create extension dblink; commit` },
	{ name: 'create extension postgres_fdw', sql: `${WRITE} create extension postgres_fdw; commit` },
	{ name: 'create extension plperlu', sql: `${WRITE} create extension plperlu; commit` },
	{
		name: 'C function',
		sql: `${WRITE} create function pg_temp.f() returns int language c as 'libc', 'getpid'; select pg_temp.f()`,
	},
	{
		name: 'internal function',
		sql: `${WRITE} create function pg_temp.f() returns int language internal as 'pg_backend_pid'; select pg_temp.f() as gained`,
	},
	{
		name: 'definer function',
		sql: `${WRITE} create function pg_temp.f() returns setof public.tenants language sql security definer as 'select * from public.tenants'; select * from pg_temp.f() t where ${THEIRS}`,
	},
	{
		name: 'event trigger',
		sql: `${WRITE} create event trigger e on ddl_command_end execute function etl.set_updated_at(); commit`,
	},
	{ name: 'publication', sql: `${WRITE} create publication p for all tables; commit` },
	{
		name: 'subscription',
		sql: `${WRITE} create subscription s connection 'dbname=postgres' publication p with (connect = false); commit`,
	},
	{ name: 'foreign data wrapper', sql: `${WRITE} create foreign data wrapper made_up; commit` },
	{ name: 'alter system', sql: "alter system set log_statement = 'all'", then: "select 'set' as gained" },
	{
		name: 'alter database',
		sql: `${WRITE} do $$ begin execute format('alter database %I set search_path = pg_temp', current_database()); end $$; select 'altered' as gained`,
	},
	{
		name: 'alter default privileges',
		sql: `${WRITE} alter default privileges for role zixly_test_owner grant all on tables to public; select 'granted' as gained`,
	},
	{ name: 'grant what is not one’s own', sql: `${WRITE} grant all on public.tenants to public; commit` },
	{
		name: 'reassign',
		sql: `${WRITE} reassign owned by zixly_test_owner to current_user; select 'owned' as gained`,
	},
	{ name: 'drop owned', sql: `${WRITE} drop owned by zixly_test_owner; select 'dropped' as gained` },
	{ name: 'drop table', sql: `${WRITE} drop table public.financials cascade; commit` },
	{ name: 'drop schema', sql: `${WRITE} drop schema etl cascade; commit` },
	{ name: 'comment', sql: `${WRITE} comment on table public.tenants is 'theirs'; commit` },
	{ name: 'vacuum', sql: 'vacuum full public.financials' },
	{ name: 'cluster', sql: 'cluster public.financials using financials_pkey' },
	{ name: 'reindex', sql: 'reindex table public.financials' },
	{
		name: 'refresh',
		sql: `${WRITE} create materialized view public.m as select * from public.tenants; commit`,
	},
	{ name: 'checkpoint', sql: "checkpoint; select 'checkpoint' as gained" },
	{ name: 'load', sql: "load '$libdir/plpgsql'; select 'loaded' as gained" },
	{ name: 'sequence', sql: "select nextval('etl.schema_migrations_id_seq')" },
	{ name: 'last value', sql: 'select last_value from etl.schema_migrations_id_seq' },
	{
		name: 'large object of others',
		sql: `${WRITE} select loid from (select oid as loid from pg_largeobject_metadata) o where lo_get(loid) is not null`,
	},
	{
		name: 'large object exported',
		sql: `${WRITE} select lo_export(lo_from_bytea(0, 'made up'), '/tmp/made-up')`,
	},
	{
		name: 'listen to all',
		sql: `listen "*"; select payload from pg_notification_queue_usage() payload where payload > 0`,
	},
	{
		name: 'lock of a row by key',
		sql: `${WRITE} select id from public.tenants where id = 'mine' for no key update`,
	},
	{
		name: 'operator in public',
		sql: `${WRITE} create operator public.= (function = texteq, leftarg = text, rightarg = varchar); commit`,
	},
	{ name: 'cast for all', sql: `${WRITE} create cast (text as integer) with inout as implicit; commit` },
	{ name: 'collation in public', sql: `${WRITE} create collation public.made_up from "C"; commit` },
	{
		name: 'search path of the database',
		sql: `${WRITE} do $$ begin execute format('alter role all in database %I set search_path = pg_temp', current_database()); end $$; select 'set' as gained`,
	},
	{ name: 'large object', sql: `${WRITE} select lo_get(oid) from pg_largeobject_metadata` },
	{
		name: 'listen',
		sql: `listen theirs; notify theirs, 'made up'; select * from public.tenants t where ${THEIRS}`,
	},
	{
		name: 'error detail',
		sql: `${WRITE} insert into public.tenants (id, name) values ('theirs', 'made up') on conflict (id) do update set name = 'x' returning *`,
	},
];

const named = (kind: string, statements: HostileStatement[]): HostileStatement[] =>
	statements.map((statement) => ({ ...statement, name: `${kind}: ${statement.name}` }));

export const hostileStatements = ({ tables, calls }: Targets): HostileStatement[] => [
	...tables.flatMap((table) =>
		ON_TABLES.map(([name, sql]) => ({
			name: `${name} ${table.name}`,
			sql: sql(table.name, table.column),
		})),
	),
	...named('settings', SETTINGS),
	...named('shadow', SHADOWS),
	...[...CALLS, ...calls].map((call) => ({ name: `call ${call}`, sql: `${WRITE} select * from ${call}` })),
	...named('catalogue', CATALOGUES),
	...named('other', OTHERS),
];

/** Held open all at once while syncs of both tenants run: nobody may wait for one of them. */
export const locksOn = ({ tables }: Targets): string[] => [
	...tables.map(({ name }) => `lock table ${name} in access exclusive mode`),
	'lock table public.financials in access share mode',
	'select count(*) from public.tenants, public.client_kpis, public.financials, public.lead_events, public.custom_metrics, public.sync_status',
	...['mine', 'theirs'].flatMap((tenant) => [
		`select pg_advisory_lock(hashtext('etl.client_links'), hashtext('${tenant}'))`,
		`select pg_advisory_lock(hashtext('etl.create_tenant'), hashtext('${tenant}'))`,
		`select pg_advisory_lock(hashtext('${tenant}'))`,
		`select pg_advisory_lock(hashtextextended('${tenant}', 0))`,
	]),
	'select id from public.client_kpis for update',
	'select id from public.client_kpis for key share',
];
