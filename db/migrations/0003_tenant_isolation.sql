-- Up Migration

-- Rights and policies. The roles themselves belong to the cluster: db/schema/roles.ts creates them first.
-- The tenant is read in a scalar subquery, so that the planner evaluates it once per statement.

-- What a reader may see of its connections.
create view public.sync_status with (security_invoker = true) as
	select tenant_id, provider, status, last_sync_at from public.integrations;

-- The tenant of the session's login. In a security definer function current_user is the function's owner; session_user is
-- the login, which no statement of a reader can change. Restricted, since a parallel worker may not know session_user.
create function etl.tenant_of_reader() returns text
language sql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
	select r.tenant_id
	from etl.tenant_readers r
	join pg_catalog.pg_roles login on login.oid = r.role_oid and login.rolname = r.role_name
	where login.rolname = session_user
$$;

do $$
declare
	name text;
	outsider text;
begin
	foreach name in array array[
		'public.tenants', 'public.users', 'public.client_kpis', 'public.integrations',
		'public.financials', 'public.lead_events', 'public.custom_metrics',
		'etl.sync_runs', 'etl.accounts', 'etl.stream_states', 'etl.rejected_records', 'etl.client_links',
		'etl.tenant_readers', 'etl.paused_tenants', 'etl.refresh_leases', 'etl.deleted_tenants',
		'etl.connect_links', 'etl.connect_states', 'etl.connection_events'
	] loop
		execute format('alter table %s enable row level security', name);
		execute format('alter table %s force row level security', name);
	end loop;
	-- Supabase grants its API roles everything in `public` by default.
	for outsider in
		select 'public' union all
		select quote_ident(rolname) from pg_catalog.pg_roles where rolname in ('anon', 'authenticated')
	loop
		execute format('revoke all on all tables in schema etl from %s', outsider);
		execute format('revoke all on all sequences in schema etl from %s', outsider);
		execute format('revoke all on all functions in schema etl from %s', outsider);
		execute format(
			'revoke all on public.tenants, public.users, public.client_kpis, public.integrations,'
			' public.financials, public.lead_events, public.custom_metrics, public.sync_status from %s', outsider);
	end loop;
end
$$;

-- A tenant only reads its own row: with a delete right one session could cascade through another's data.
create policy tenant on public.tenants for all to zixly_app
	using (id = (select nullif(current_setting('app.tenant_id', true), '')))
	with check (id = (select nullif(current_setting('app.tenant_id', true), '')));

do $$
declare
	name text;
	roles text;
begin
	for name, roles in values
		('public.users', 'zixly_app'),
		('public.client_kpis', 'zixly_app, zixly_loader'),
		('public.integrations', 'zixly_app, zixly_loader, zixly_tokens'),
		('etl.connect_links', 'zixly_tokens')
	loop
		execute format(
			'create policy tenant on %s for all to %s'
			' using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))'
			' with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))', name, roles);
	end loop;

	-- Isolated through their client, by two policies that see the same rows. For zixly_app, which reads, the tenant's
	-- clients are an array that uses an index: a query over a whole tenant does not read all tenants' rows (at 100,000 rows
	-- 1 ms instead of 12). For zixly_loader they are hashed: for each row looked up by its key the array would be sorted
	-- again, or the planner would prefer an index of all tenants' dates to the key (5,000 rows of a tenant with 5,000
	-- clients: 1,000 ms instead of 140).
	foreach name in array array['public.financials', 'public.lead_events', 'public.custom_metrics'] loop
		execute format(
			'create policy tenant on %s for all to zixly_app'
			' using (client_kpi_id = any (array(select k.id from public.client_kpis k)))'
			' with check (client_kpi_id in (select k.id from public.client_kpis k))', name);
		execute format(
			'create policy loader on %s for all to zixly_loader'
			' using (client_kpi_id in (select k.id from public.client_kpis k))'
			' with check (client_kpi_id in (select k.id from public.client_kpis k))', name);
	end loop;

	-- Foreign keys are checked without policies, so the policy must check that referenced rows are the tenant's.
	for name, roles in values
		('etl.sync_runs', 'zixly_app, zixly_loader'),
		('etl.accounts', 'zixly_app, zixly_loader, zixly_tokens'),
		('etl.stream_states', 'zixly_app, zixly_loader'),
		('etl.rejected_records', 'zixly_app, zixly_loader'),
		('etl.refresh_leases', 'zixly_tokens'),
		('etl.connection_events', 'zixly_app, zixly_tokens')
	loop
		execute format(
			'create policy tenant on %s for all to %s'
			' using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))'
			' with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), ''''))'
			' and (integration_id is null or integration_id in (select i.id from public.integrations i))%s)',
			name, roles,
			case when name in ('etl.stream_states', 'etl.rejected_records') then
				' and (sync_run_id is null or exists (select from etl.sync_runs r where r.id = sync_run_id))'
			end);
	end loop;
end
$$;

create policy tenant on etl.connect_states for all to zixly_tokens
	using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
	with check (
		tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
		and link_id in (select l.id from etl.connect_links l)
	);

create policy tenant on etl.client_links for all to zixly_app, zixly_loader
	using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
	with check (
		tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
		and client_kpi_id in (select k.id from public.client_kpis k)
	);

-- The planner's statistics cover all tenants, and comparing texts is leakproof: with EXPLAIN a reader could estimate how
-- often any name occurs and so guess other tenants' names. Therefore free texts have no statistics. Ids, days and closed
-- lists, which loads and dashboards look up, keep theirs.
alter table public.tenants alter name set statistics 0, alter industry set statistics 0;
alter table public.client_kpis
	alter client_id set statistics 0, alter client_name set statistics 0, alter industry set statistics 0;
alter table public.lead_events alter stage set statistics 0;
alter table public.custom_metrics alter metric_name set statistics 0, alter unit set statistics 0;

-- A reader sees the tenant of its login, whatever it sets: the policies use nothing that a session can change.
create policy reader on public.tenants for select to zixly_reader using (id = (select etl.tenant_of_reader()));
create policy reader on public.client_kpis for select to zixly_reader
	using (tenant_id = (select etl.tenant_of_reader()));
create policy reader on public.integrations for select to zixly_reader
	using (tenant_id = (select etl.tenant_of_reader()));
create policy reader on public.financials for select to zixly_reader
	using (client_kpi_id = any (array(select k.id from public.client_kpis k)));
create policy reader on public.lead_events for select to zixly_reader
	using (client_kpi_id = any (array(select k.id from public.client_kpis k)));
create policy reader on public.custom_metrics for select to zixly_reader
	using (client_kpi_id = any (array(select k.id from public.client_kpis k)));

-- Without usage on etl: the policies call the function, but a reader cannot.
grant usage on schema public to zixly_reader;
grant select on
	public.tenants, public.client_kpis, public.financials, public.lead_events, public.custom_metrics, public.sync_status
	to zixly_reader;
grant select (tenant_id, provider, status, last_sync_at) on public.integrations to zixly_reader;

grant usage on schema public, etl to zixly_app, zixly_loader, zixly_tokens, zixly_operator;
grant usage on schema etl to zixly_worker;

-- Each role has the rights that its statements need (docs/security.md lists them). Updates are granted by column, which
-- also denies LOCK TABLE to zixly_app: that takes a right to update, delete or truncate the whole table.
grant select on
	public.tenants, public.client_kpis, public.financials, public.lead_events, public.custom_metrics,
	etl.sync_runs, etl.accounts, etl.stream_states, etl.rejected_records, etl.client_links
	to zixly_app;
grant select (id, tenant_id, provider, status, expires_at, metadata, last_sync_at, created_at, updated_at),
	insert (id, tenant_id, provider, status, metadata),
	update (status, metadata, last_sync_at)
	on public.integrations to zixly_app;
grant insert on etl.sync_runs to zixly_app;
grant update (status, finished_at, lease_until, retry_at, counts, error) on etl.sync_runs to zixly_app;
-- A tenant cannot add accounts or take released ones back: it could block another tenant's account.
grant update (name, timezone, currency, enabled) on etl.accounts to zixly_app;
grant update (ask_again_at) on etl.rejected_records to zixly_app;
grant select, insert (tenant_id, integration_id, provider, event, accounts, reason, actor)
	on etl.connection_events to zixly_app, zixly_tokens;

-- Refreshing tokens and connecting.
grant select, update (access_token, refresh_token, expires_at, status, metadata) on public.integrations to zixly_tokens;
grant select, insert, update, delete on etl.refresh_leases to zixly_tokens;
grant insert (id, tenant_id, provider, status, metadata) on public.integrations to zixly_tokens;
grant select, insert (id, tenant_id, provider, purpose, token_hash, replaces_account, expires_at),
	update (expires_at, browser_hash, bound_at, used_at, refused_browsers, session_until)
	on etl.connect_links to zixly_tokens;
grant select, delete,
	insert (id, link_id, tenant_id, provider, state_hash, browser_hash, redirect_uri, sealed_verifier, expires_at),
	update (consented_at, stored_at, sealed_verifier, sealed_pair, token_expires_at, scopes, metadata, consent_user, accounts)
	on etl.connect_states to zixly_tokens;
grant select on etl.accounts to zixly_tokens;

-- Loading, and everything else that moves or removes rows of a tenant.
grant select, insert, delete, update (client_name, industry) on public.client_kpis to zixly_loader;
grant select, insert,
	update (client_kpi_id, revenue, expenses, net_profit, cash_flow, currency, external_id, metadata)
	on public.financials to zixly_loader;
grant select, insert, delete, update (client_kpi_id, event_date, lead_id, stage, value, status, metadata)
	on public.lead_events to zixly_loader;
grant select, insert, delete, update (client_kpi_id, metric_value, unit, metadata)
	on public.custom_metrics to zixly_loader;
grant select (id, tenant_id) on public.integrations to zixly_loader;
grant select, update (lease_until, counts, last_chunk) on etl.sync_runs to zixly_loader;
grant select on etl.accounts to zixly_loader;
grant select, insert, delete, update (state, sync_run_id) on etl.stream_states to zixly_loader;
grant select, insert,
	update (integration_id, sync_run_id, reason_code, reason_path, reason_message, reason_detail, payload,
		last_seen_at, attempts, ask_again_at, resolved_at)
	on etl.rejected_records to zixly_loader;
grant select, insert, delete, update (client_kpi_id) on etl.client_links to zixly_loader;

grant select, insert, update (rate, changed_at, applied) on etl.exchange_rates to zixly_worker;
grant select on etl.schema_migrations, etl.schema_functions to zixly_worker;

-- The operator functions work across tenants but cannot read tokens.
create policy operator on public.tenants for all to zixly_operator using (true) with check (true);
create policy operator on public.integrations for all to zixly_operator using (true) with check (true);
create policy operator on etl.sync_runs for all to zixly_operator using (true) with check (true);

create policy operator on etl.tenant_readers for all to zixly_operator using (true) with check (true);
create policy operator on etl.paused_tenants for all to zixly_operator using (true) with check (true);
create policy operator on etl.deleted_tenants for all to zixly_operator using (true) with check (true);

create policy operator on etl.connect_links for all to zixly_operator using (true) with check (true);
create policy operator on etl.connect_states for all to zixly_operator using (true) with check (true);
create policy operator on etl.connection_events for all to zixly_operator using (true) with check (true);

create policy operator on public.client_kpis for select to zixly_operator using (true);
create policy operator on public.financials for select to zixly_operator using (true);
create policy operator on public.lead_events for select to zixly_operator using (true);
create policy operator on etl.accounts for all to zixly_operator using (true) with check (true);
create policy operator on etl.rejected_records for all to zixly_operator using (true) with check (true);
create policy operator on etl.stream_states for select to zixly_operator using (true);

grant select, insert, delete on public.tenants to zixly_operator;
grant select, insert on etl.deleted_tenants to zixly_operator;
-- Enough to find tenants with conversions, missing rates and reasons of rejections. The operator cannot read amounts or
-- payloads.
grant select (id, tenant_id) on public.client_kpis to zixly_operator;
grant select (client_kpi_id, metadata) on public.financials, public.lead_events to zixly_operator;
grant select, insert on etl.accounts to zixly_operator;
grant update (enabled, released_at) on etl.accounts to zixly_operator;
grant select (
	id, tenant_id, integration_id, sync_run_id, stage, provider, stream, account_id, record_id,
	reason_code, reason_path, reason_message, reason_detail, first_seen_at, last_seen_at, attempts, ask_again_at,
	resolved_at
) on etl.rejected_records to zixly_operator;
grant select (id, tenant_id, provider, status, expires_at, metadata, last_sync_at, created_at, updated_at)
	on public.integrations to zixly_operator;
-- When a run stored a stream of an account, not how far it was read.
grant select (integration_id, tenant_id, account_id, stream, sync_run_id, updated_at) on etl.stream_states to zixly_operator;
-- Locking a row requires the right to update some column of it.
grant update (last_sync_at) on public.integrations to zixly_operator;
grant update (name, industry, updated_at) on public.tenants to zixly_operator;
grant select, update (name) on etl.schema_migrations to zixly_operator;
grant select, insert, update, delete on etl.sync_runs to zixly_operator;
grant select, insert, delete on etl.tenant_readers to zixly_operator;
grant select, insert, delete on etl.paused_tenants to zixly_operator;
-- Links and states are found by their hash before the tenant is known. The sealed texts are not the operator's.
grant select on etl.connect_links to zixly_operator;
grant select (
	id, link_id, tenant_id, provider, state_hash, browser_hash, redirect_uri, created_at, expires_at,
	consumed_at, consented_at, stored_at, token_expires_at, scopes, metadata, consent_user, accounts
) on etl.connect_states to zixly_operator;
grant update (consumed_at, expires_at) on etl.connect_states to zixly_operator;
grant select, update (emitted_at) on etl.connection_events to zixly_operator;

-- Retention.
grant delete on etl.rejected_records, etl.connect_links, etl.connect_states, etl.connection_events to zixly_operator;

-- Deleting a tenant counts its rows in every table, before and after.
create policy operator on public.custom_metrics for select to zixly_operator using (true);
grant select (client_kpi_id) on public.custom_metrics to zixly_operator;
do $$
declare
	name text;
begin
	for name in
		select format('%I.%I', n.nspname, c.relname)
		from pg_catalog.pg_attribute a
		join pg_catalog.pg_class c on c.oid = a.attrelid
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p') and a.attname = 'tenant_id' and not a.attisdropped
	loop
		execute format('grant select (tenant_id) on %s to zixly_operator', name);
		if not exists (
			select from pg_catalog.pg_policy p
			where p.polrelid = name::regclass and 'zixly_operator'::regrole = any (p.polroles)
		) then
			execute format('create policy operator on %s for select to zixly_operator using (true)', name);
		end if;
	end loop;
end
$$;
