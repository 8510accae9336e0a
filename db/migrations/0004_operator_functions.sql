-- Up Migration

-- Work across tenants. Each function runs as zixly_operator, which has policies of its own and cannot read a token;
-- only zixly_worker may call them, since through zixly_app a tenant would see all. etl.tenant_of_reader (0003) is handed
-- over with them; the policies of zixly_reader call it. The loader calls the two for the links of clients.

-- Handing a function over takes membership of its new owner. A plain owner lends it to itself for this transaction
-- only: who kept it would see every tenant's integrations.
do $$
begin
	if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user)
		and not pg_has_role(current_user, 'zixly_operator', 'usage')
	then
		execute format('grant zixly_operator to %I', current_user);
		perform set_config('zixly.operator_lent', 'on', true);
	end if;
end
$$;

-- With `reuse` a tenant of this name is given back instead, whatever its capitals; two who ask at once make one.
create function etl.create_tenant(new_id text, name text, industry text, reuse boolean)
returns table (id text, tenant_name text, tenant_industry text, created_at timestamptz, created boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	if reuse then
		-- One after the other. A row that no other role may lock, since an advisory key anybody could compute and hold.
		perform 1 from etl.schema_migrations m order by m.id limit 1 for no key update;
		return query
		select t.id, t.name, t.industry, t.created_at, false
		from public.tenants t
		where lower(t.name) = lower(create_tenant.name)
		order by t.created_at, t.id
		limit 1;
		if found then
			return;
		end if;
	end if;
	return query
	insert into public.tenants as t (id, name, industry)
	values (new_id, create_tenant.name, create_tenant.industry)
	returning t.id, t.name, t.industry, t.created_at, true;
end
$$;

create function etl.list_tenants(search text, max_rows integer)
returns table (id text, name text, industry text, created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select t.id, t.name, t.industry, t.created_at
	from public.tenants t
	where coalesce(search, '') = '' or t.id = search or position(lower(search) in lower(t.name)) > 0
	order by lower(t.name), t.id
	limit max_rows
$$;

create function etl.list_integrations(
	only_provider text, only_tenant text, only_integration text, max_rows integer
)
returns table (
	integration_id text, tenant_id text, tenant_name text, provider text, status text, metadata jsonb,
	expires_at timestamptz, last_sync_at timestamptz, created_at timestamptz,
	last_run_status text, last_run_finished_at timestamptz, retry_at timestamptz, running_since timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select i.id, i.tenant_id, t.name, i.provider, i.status::text, i.metadata,
		i.expires_at, i.last_sync_at, i.created_at,
		latest.status, latest.finished_at, latest.retry_at,
		case when latest.status = 'running' then latest.started_at end
	from public.integrations i
	join public.tenants t on t.id = i.tenant_id
	left join lateral (
		select r.status, r.started_at, r.finished_at, r.retry_at
		from etl.sync_runs r
		where r.integration_id = i.id
		order by r.started_at desc, r.id desc
		limit 1
	) latest on true
	where (only_provider is null or i.provider = only_provider)
		and (only_tenant is null or i.tenant_id = only_tenant)
		and (only_integration is null or i.id = only_integration)
	order by lower(t.name), i.provider, i.id
	limit max_rows
$$;

-- A crash mends itself: a run whose lease ended is closed, and its integration is due at once. Who is abandoned again
-- may be what kills the process, and takes down whatever is claimed with it: it waits, longer each time, and by chance,
-- so that those who went down together come back apart. A run that someone is renewing or closing right now is theirs.
create function etl.abandon_runs() returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with ended as (
		select r.id, r.integration_id, r.lease_until
		from etl.sync_runs r
		where r.status = 'running' and r.lease_until < now()
		order by r.id
		for update skip locked
	),
	abandoned as (
		update etl.sync_runs r
		set status = 'abandoned', finished_at = now(), lease_until = null,
			retry_at = case when ended.integration_id is not null then now() + case
				when before.times = 0 then interval '0'
				else least(interval '6 hours', interval '5 minutes' * 2 ^ least(before.times, 10)) * (0.5 + random() / 2)
			end end,
			error = jsonb_build_object(
				'class', 'lease_ended',
				'message', 'The run did not renew its lease in time: the process that ran it has probably ended.',
				'leaseUntil', ended.lease_until,
				'abandonedBefore', before.times)
		from ended
		cross join lateral (
			select count(*) as times
			from (
				select bool_and(earlier.status = 'abandoned' or earlier.error ->> 'class' is not distinct from 'crashed')
					over (order by earlier.started_at desc, earlier.id desc) as still
				from etl.sync_runs earlier
				where earlier.integration_id = ended.integration_id and earlier.id <> ended.id
				order by earlier.started_at desc, earlier.id desc
				limit 12
			) history
			where history.still
		) before
		where r.id = ended.id
		returning 1
	)
	select count(*) from abandoned
$$;

create function etl.claim_due(
	for_provider text, run_ids text[], sync_every interval, lease interval,
	execution_id text, workflow_id text, mode text, only_integration text, run_now boolean, authentication text
)
returns table (
	sync_run_id text, tenant_id text, tenant_name text, integration_id text, provider text,
	metadata jsonb, last_sync_at timestamptz, lease_until timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	if authentication is null or authentication not in ('stored', 'n8n') then
		raise exception 'claim_due: authentication is % but must be stored or n8n', coalesce(authentication, 'null')
			using errcode = 'invalid_parameter_value';
	end if;

	perform etl.abandon_runs();

	return query
	with due as (
		select i.id, i.tenant_id, i.last_sync_at, latest.retry_at is not null as again,
			coalesce(latest.retry_at, i.last_sync_at) as since
		from public.integrations i
		left join lateral (
			select r.retry_at
			from etl.sync_runs r
			where r.integration_id = i.id
			order by r.started_at desc, r.id desc
			limit 1
		) latest on true
		where i.provider = for_provider
			and i.status = 'ACTIVE'
			and (only_integration is null or i.id = only_integration)
			and (i.metadata ->> 'authentication' is not distinct from 'n8n') = (authentication = 'n8n')
			and not exists (
				select from etl.sync_runs live where live.integration_id = i.id and live.status = 'running'
			)
			and (
				coalesce(run_now, false)
				or latest.retry_at <= now()
				or (latest.retry_at is null and (i.last_sync_at is null or i.last_sync_at <= now() - sync_every))
			)
	),
	places as (
		-- Who tries again goes before who is merely due, one for one: there may be so many of the former that the
		-- latter would never be read.
		select due.*, row_number() over (partition by due.again order by due.since nulls first, due.id) as place
		from due
	),
	-- Not the stronger `for update`: that would skip an integration whose row is merely pointed to by someone's insert.
	locked as (
		select i.id, i.tenant_id, i.provider, i.metadata, i.last_sync_at, places.place, places.again
		from public.integrations i
		join places on places.id = i.id
		-- Asked again of the row as it is once locked: another claimer may have brought it up to date meanwhile.
		where i.status = 'ACTIVE' and i.last_sync_at is not distinct from places.last_sync_at
		order by places.place, places.again desc
		limit coalesce(cardinality(run_ids), 0)
		for no key update of i skip locked
	),
	numbered as (
		select locked.*, row_number() over (order by locked.place, locked.again desc) as position
		from locked
	),
	claimed as (
		insert into etl.sync_runs (
			id, tenant_id, integration_id, provider, lease_until, execution_id, workflow_id, mode
		)
		select run_ids[numbered.position], numbered.tenant_id, numbered.id, numbered.provider,
			now() + lease, claim_due.execution_id, claim_due.workflow_id, claim_due.mode
		from numbered
		on conflict (integration_id) where status = 'running' do nothing
		returning id, integration_id, lease_until
	)
	select claimed.id, numbered.tenant_id, t.name, numbered.id, numbered.provider,
		numbered.metadata, numbered.last_sync_at, claimed.lease_until
	from claimed
	join numbered on numbered.id = claimed.integration_id
	join public.tenants t on t.id = numbered.tenant_id
	order by numbered.position;
end
$$;

-- The runs that the messages of an execution name, as they stand. One that an earlier execution of the same workflow and
-- n8n left open goes over to this one, where a person executes a step by hand (what they opened by hand) or retries a
-- failed execution. Of two that want it at once one gets it: it must still be with the execution that it was seen with.
create function etl.take_runs(
	run_ids text[], by_execution text, by_workflow text, by_mode text, lease interval
)
returns table (
	sync_run_id text, tenant_id text, integration_id text, provider text, metadata jsonb, account_ids text[],
	status text, execution_id text
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	if by_mode in ('manual', 'retry') then
		with seen as materialized (
			select r.id, r.execution_id from etl.sync_runs r where r.id = any (run_ids)
		),
		free as (
			select r.id
			from etl.sync_runs r
			join seen on seen.id = r.id and seen.execution_id = r.execution_id
			where r.status = 'running' and r.execution_id <> by_execution and r.workflow_id = by_workflow
				and (by_mode = 'retry' or r.mode = 'manual')
			order by r.id
			for update of r skip locked
		)
		update etl.sync_runs r
		set execution_id = by_execution, mode = by_mode, lease_until = now() + lease
		from free
		where r.id = free.id;
	end if;

	return query
	select r.id, r.tenant_id, r.integration_id, r.provider, i.metadata,
		array(
			select a.account_id from etl.accounts a
			where a.integration_id = r.integration_id and a.released_at is null
		),
		r.status, r.execution_id
	from etl.sync_runs r
	left join public.integrations i on i.id = r.integration_id
	where r.id = any (run_ids);
end
$$;

-- The runs that are still running. A row that somebody has locked is left alone, not waited for: its run is not lost, and
-- one tenant's lock must not keep the leases of all others from being renewed.
create function etl.renew_leases(run_ids text[], lease interval)
returns table (sync_run_id text, renewed boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with unlocked as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running'
		order by r.id
		for no key update skip locked
	),
	renewed as (
		update etl.sync_runs r
		set lease_until = now() + lease
		from unlocked
		where r.id = unlocked.id
		returning r.id
	)
	select r.id, renewed.id is not null
	from etl.sync_runs r
	left join renewed on renewed.id = r.id
	where r.id = any (run_ids) and r.status = 'running'
$$;

-- Gives up runs of which nothing was read yet, as if they had never been claimed: what was due stays due. One whose row
-- somebody has locked is left to the end of its lease.
create function etl.release_runs(run_ids text[])
returns table (sync_run_id text)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with unlocked as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running' and r.integration_id is not null and r.counts = '{}'
		order by r.id
		for update skip locked
	)
	delete from etl.sync_runs r
	using unlocked
	where r.id = unlocked.id
	returning r.id
$$;

-- Those who follow the links of a tenant's clients, the loads, share a lock; who changes a link needs it alone. A row lock
-- on the tenant, which no tenant's, reader's or dashboard's login may take: an advisory key anybody could compute and hold.
-- Foreign keys ask for a weaker lock, so new runs and clients do not wait for it.
create function etl.share_links() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for share;
end
$$;

-- Whether it could be had. It is only tried: to wait for it would keep out a chunk that another chunk waits for.
create function etl.hold_links() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for no key update skip locked;
	return found;
end
$$;

create function etl.list_runs(
	only_tenant text, only_integration text, only_provider text, only_status text, max_rows integer
)
returns table (
	id text, tenant_id text, tenant_name text, integration_id text, provider text, status text,
	started_at timestamptz, finished_at timestamptz, lease_until timestamptz, retry_at timestamptz,
	execution_id text, counts jsonb, error jsonb
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.id, r.tenant_id, t.name, r.integration_id, r.provider, r.status,
		r.started_at, r.finished_at, r.lease_until, r.retry_at,
		r.execution_id, r.counts, r.error
	from etl.sync_runs r
	join public.tenants t on t.id = r.tenant_id
	where (only_tenant is null or r.tenant_id = only_tenant)
		and (only_integration is null or r.integration_id = only_integration)
		and (only_provider is null or r.provider = only_provider)
		and (only_status is null or r.status = only_status)
	order by r.started_at desc, r.id desc
	limit max_rows
$$;

create function etl.runs_of_execution(of_execution text)
returns table (id text, tenant_id text, integration_id text, provider text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.id, r.tenant_id, r.integration_id, r.provider
	from etl.sync_runs r
	where r.execution_id = of_execution and r.status = 'running'
	order by r.id
$$;

-- Whose rows were converted from another currency.
create function etl.tenants_with_conversions()
returns table (tenant_id text, tenant_name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select t.id, t.name
	from public.tenants t
	where exists (
		select from public.client_kpis k
		where k.tenant_id = t.id and (
			exists (select from public.financials f where f.client_kpi_id = k.id and f.metadata ? 'fx')
			or exists (select from public.lead_events e where e.client_kpi_id = k.id and e.metadata ? 'fx')
		)
	)
	order by t.id
$$;

-- Enters accounts that a connection is to read, or takes back those that it gave up; with `enable` also those that it
-- switched off. Says of each whether another tenant's connection has it, and not whose.
create function etl.enter_accounts(for_tenant text, for_integration text, accounts jsonb, enable boolean)
returns table (account_id text, taken boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	of_provider text;
	wanted record;
begin
	select i.provider into of_provider
	from public.integrations i
	where i.id = for_integration and i.tenant_id = for_tenant;
	if of_provider is null then
		raise exception 'enter_accounts: the connection is not the tenant''s' using errcode = 'insufficient_privilege';
	end if;
	-- In one order, so that two who want the same accounts cannot wait for each other in a circle.
	for wanted in
		select a.id, max(a.name) as name from jsonb_to_recordset(accounts) as a (id text, name text)
		group by a.id order by a.id
	loop
		begin
			insert into etl.accounts as own (integration_id, tenant_id, provider, account_id, name)
			values (for_integration, for_tenant, of_provider, wanted.id, wanted.name)
			on conflict (integration_id, account_id) do update
				set released_at = null, enabled = own.enabled or enter_accounts.enable
				where own.released_at is not null or (enter_accounts.enable and not own.enabled);
			taken := false;
		exception when unique_violation then
			taken := true;
		end;
		account_id := wanted.id;
		return next;
	end loop;
end
$$;

-- Gives accounts up: all of a connection, or some, which are switched off as well, so that nothing takes them back.
create function etl.release_accounts(for_tenant text, for_integration text, only_accounts text[])
returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with released as (
		update etl.accounts a
		set released_at = now(), enabled = a.enabled and only_accounts is null
		where a.integration_id = for_integration and a.tenant_id = for_tenant and a.released_at is null
			and (only_accounts is null or a.account_id = any (only_accounts))
		returning 1
	)
	select count(*) from released
$$;

-- Those of the accounts that another connection has, not whose.
create function etl.accounts_taken(from_integration text, of_provider text, account_ids text[])
returns table (account_id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select a.account_id
	from etl.accounts a
	where a.provider = of_provider and a.account_id = any (account_ids) and a.released_at is null
		and a.integration_id <> from_integration
	order by 1
$$;

-- The currencies that books are kept in, with the earliest month (YYYY-MM) that someone wants of them.
create function etl.currencies_in_use()
returns table (currency text, history_start text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select a.currency, min(i.metadata ->> 'historyStart')
	from etl.accounts a join public.integrations i on i.id = a.integration_id
	where a.enabled and a.released_at is null and a.currency is not null
	group by 1
	order by 1
$$;

-- The rates that rejected records lack, as their reasons state them, each with the number of records.
create function etl.rates_missed()
returns table (detail jsonb, records bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.reason_detail, count(*)
	from etl.rejected_records r
	where r.resolved_at is null and r.reason_code = 'rate_missing' and r.reason_detail is not null
	group by 1
	order by 1
$$;

create function etl.list_rejected_records(
	only_ids text[], only_tenant text, only_provider text, only_stream text, only_code text, only_stage text,
	is_resolved boolean, seen_since timestamptz, max_rows integer
)
returns table (
	id text, tenant_id text, tenant_name text, integration_id text, sync_run_id text, provider text, stream text,
	account_id text, record_id text, stage text, reason_code text, reason_path text, reason_message text,
	reason_detail jsonb, first_seen_at timestamptz, last_seen_at timestamptz, attempts integer, ask_again_at timestamptz,
	resolved_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.id, r.tenant_id, t.name, r.integration_id, r.sync_run_id, r.provider, r.stream,
		r.account_id, r.record_id, r.stage, r.reason_code, r.reason_path, r.reason_message,
		r.reason_detail, r.first_seen_at, r.last_seen_at, r.attempts, r.ask_again_at, r.resolved_at
	from etl.rejected_records r
	join public.tenants t on t.id = r.tenant_id
	where (only_ids is null or r.id = any (only_ids))
		and (only_tenant is null or r.tenant_id = only_tenant)
		and (only_provider is null or r.provider = only_provider)
		and (only_stream is null or r.stream = only_stream)
		and (only_code is null or r.reason_code = only_code)
		and (only_stage is null or r.stage = only_stage)
		and (is_resolved is null or (r.resolved_at is not null) = is_resolved)
		and (seen_since is null or r.last_seen_at >= seen_since)
	order by r.last_seen_at desc, r.id
	limit max_rows
$$;

-- How every integration stands. A failure here is a run that brought nothing; one that ended partly well ends the row.
create function etl.sync_health(only_tenant text, only_provider text, sync_every interval, max_rows integer)
returns table (
	integration_id text, tenant_id text, tenant_name text, provider text, status text, authentication text,
	expires_at timestamptz, last_success_at timestamptz, created_at timestamptz, running_since timestamptz,
	last_run_status text, last_run_finished_at timestamptz, failures_in_a_row bigint, abandoned_in_a_row bigint,
	last_error jsonb, warnings jsonb, next_due timestamptz, open_rejected bigint
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select i.id, i.tenant_id, t.name, i.provider, i.status::text,
		case when i.metadata ->> 'authentication' = 'n8n' then 'n8n' else 'stored' end,
		i.expires_at, i.last_sync_at, i.created_at, live.started_at,
		ended.status, ended.finished_at, series.failures, series.abandoned,
		ended.error, coalesce(ended.counts -> 'warnings', '[]'),
		case when i.status = 'ACTIVE' and live.started_at is null
			then coalesce(ended.retry_at, i.last_sync_at + sync_every, i.created_at) end,
		(select count(*) from etl.rejected_records x where x.integration_id = i.id and x.resolved_at is null)
	from public.integrations i
	join public.tenants t on t.id = i.tenant_id
	left join etl.sync_runs live on live.integration_id = i.id and live.status = 'running'
	left join lateral (
		select r.status, r.finished_at, r.retry_at, r.error, r.counts
		from etl.sync_runs r
		where r.integration_id = i.id and r.status <> 'running'
		order by r.started_at desc, r.id desc
		limit 1
	) ended on true
	cross join lateral (
		select count(*) filter (where failed) as failures, count(*) filter (where lost) as abandoned
		from (
			select bool_and(r.status in ('failed', 'abandoned')) over latest_first as failed,
				bool_and(r.status = 'abandoned' or r.error ->> 'class' is not distinct from 'crashed') over latest_first as lost
			from etl.sync_runs r
			where r.integration_id = i.id and r.status <> 'running'
			window latest_first as (order by r.started_at desc, r.id desc)
			order by r.started_at desc, r.id desc
			limit 50
		) history
	) series
	where (only_tenant is null or i.tenant_id = only_tenant)
		and (only_provider is null or i.provider = only_provider)
	order by lower(t.name), i.provider, i.id
	limit max_rows
$$;

-- Binds a login to the tenant that it may read. A login that may do anything else is refused.
create function etl.add_reader(login text, for_tenant text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	role pg_catalog.pg_roles;
begin
	select * into role from pg_catalog.pg_roles where rolname = login;
	if not found then
		raise exception 'There is no login "%".', login using errcode = 'undefined_object';
	end if;
	if not exists (select from public.tenants where id = for_tenant) then
		raise exception 'There is no tenant "%".', for_tenant using errcode = 'no_data_found';
	end if;
	if role.rolsuper or role.rolbypassrls or role.rolcreaterole or role.rolcreatedb or role.rolreplication
		or not role.rolcanlogin
		or not pg_catalog.pg_has_role(role.oid, 'zixly_reader', 'usage')
		or exists (
			select from pg_catalog.pg_auth_members m
			where m.member = role.oid and m.roleid <> 'zixly_reader'::pg_catalog.regrole
		)
	then
		raise exception 'The login "%" may do more than read, or is not in the role zixly_reader. Make a new one.', login
			using errcode = 'invalid_grant_operation';
	end if;
	-- A function or an operator of its own could be met by the statements of others.
	if pg_catalog.has_database_privilege(role.oid, pg_catalog.current_database(), 'create')
		or exists (
			select from pg_catalog.pg_namespace n
			where n.nspname !~ '^pg_' and pg_catalog.has_schema_privilege(role.oid, n.oid, 'create')
		)
	then
		raise exception 'The login "%" may create objects in this database, as every login may where "public" can. Nothing '
			'was made. As an administrator run: revoke create on schema public from public; '
			'revoke create on database % from public;', login, pg_catalog.quote_ident(pg_catalog.current_database())
			using errcode = 'invalid_grant_operation';
	end if;
	-- What was noted of roles that are gone.
	delete from etl.tenant_readers r
	where (r.role_name = login or r.role_oid = role.oid) and (r.role_name, r.role_oid) <> (role.rolname, role.oid);
	insert into etl.tenant_readers (role_name, role_oid, tenant_id) values (login, role.oid, for_tenant);
end
$$;

-- Ends what a login sees, and says whether the role of that name is still the one that was bound: only then it is ours
-- to drop.
create function etl.remove_reader(login text) returns table (tenant_id text, same_role boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	delete from etl.tenant_readers r where r.role_name = login
	returning r.tenant_id,
		exists (select from pg_catalog.pg_roles p where p.oid = r.role_oid and p.rolname = r.role_name)
$$;

-- The new owner of a function must be allowed to create in its schema, but only at that moment.
grant create on schema etl to zixly_operator;

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
				when operator_function in ('etl.share_links()'::regprocedure, 'etl.hold_links()'::regprocedure) then 'zixly_loader'
				else 'zixly_worker'
			end);
		execute format('alter function %s owner to zixly_operator', operator_function);
	end loop;
end
$$;

revoke create on schema etl from zixly_operator;

do $$
begin
	if current_setting('zixly.operator_lent', true) = 'on' then
		execute format('revoke zixly_operator from %I', current_user);
	end if;
end
$$;
