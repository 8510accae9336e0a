-- Up Migration

-- Who may see and do what. The roles themselves belong to the cluster: db/roles.ts makes them first.
-- The tenant is read in a scalar subquery, so that the planner evaluates it once per statement.

do $$
declare
	name text;
	outsider text;
begin
	foreach name in array array[
		'public.tenants', 'public.users', 'public.client_kpis', 'public.integrations',
		'public.financials', 'public.lead_events', 'public.custom_metrics',
		'etl.sync_runs', 'etl.accounts', 'etl.stream_states', 'etl.rejected_records', 'etl.client_links',
		'etl.refresh_leases'
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
			' public.financials, public.lead_events, public.custom_metrics from %s', outsider);
	end loop;
end
$$;

-- A tenant reads its own row and changes none: with a delete right one session could cascade through another's data.
create policy tenant on public.tenants for all to zixly_app
	using (id = (select nullif(current_setting('app.tenant_id', true), '')))
	with check (id = (select nullif(current_setting('app.tenant_id', true), '')));

do $$
declare
	name text;
begin
	foreach name in array array['public.users', 'public.client_kpis', 'public.integrations'] loop
		execute format(
			'create policy tenant on %s for all to zixly_app'
			' using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))'
			' with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))', name);
	end loop;

	-- Reached through their client, in two ways that see the same rows. Who reads (zixly_app) has the tenant's clients
	-- as an array, which is looked up in an index: a query over a whole tenant does not read everyone's rows (at
	-- 100,000 rows 1 ms instead of 12). Who loads (zixly_worker) has them hashed as well, and that is asked first: for
	-- each row that is looked up by its key the array would be sorted again, or an index of all tenants' dates be
	-- preferred to the key (5,000 rows of a tenant with 5,000 clients: 1,000 ms instead of 140).
	foreach name in array array['public.financials', 'public.lead_events', 'public.custom_metrics'] loop
		execute format(
			'create policy tenant on %s for all to zixly_app'
			' using (client_kpi_id = any (array(select k.id from public.client_kpis k)))'
			' with check (client_kpi_id in (select k.id from public.client_kpis k))', name);
		-- Policies are asked in the reverse order of their names.
		execute format(
			'create policy worker on %s for all to zixly_worker'
			' using (client_kpi_id in (select k.id from public.client_kpis k))'
			' with check (client_kpi_id in (select k.id from public.client_kpis k))', name);
	end loop;

	-- Foreign keys are checked without policies: what they point to must be the tenant's own as well.
	foreach name in array array[
		'etl.sync_runs', 'etl.accounts', 'etl.stream_states', 'etl.rejected_records', 'etl.refresh_leases'
	] loop
		execute format(
			'create policy tenant on %s for all to zixly_app'
			' using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))'
			' with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), ''''))'
			' and (integration_id is null or integration_id in (select i.id from public.integrations i))%s)',
			name,
			case when name in ('etl.stream_states', 'etl.rejected_records') then
				' and (sync_run_id is null or exists (select from etl.sync_runs r where r.id = sync_run_id))'
			end);
	end loop;
end
$$;

create policy tenant on etl.client_links for all to zixly_app
	using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))
	with check (
		tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))
		and client_kpi_id in (select k.id from public.client_kpis k)
	);

grant usage on schema public, etl to zixly_app, zixly_operator;
grant usage on schema etl to zixly_worker;

grant select on public.tenants, etl.exchange_rates to zixly_app;
grant select, insert, update, delete on
	public.users, public.client_kpis, public.integrations,
	public.financials, public.lead_events, public.custom_metrics,
	etl.stream_states, etl.rejected_records, etl.client_links, etl.refresh_leases
	to zixly_app;
-- A tenant enters no account, and takes back none that it gave up: it could keep another tenant from having it.
grant select, update (name, timezone, currency, enabled) on etl.accounts to zixly_app;
grant select, insert, update on etl.sync_runs to zixly_app;

grant select, insert, update, delete on etl.exchange_rates to zixly_worker;
grant select on etl.schema_migrations to zixly_worker;

-- The operator functions work across tenants, without the tokens.
create policy operator on public.tenants for all to zixly_operator using (true) with check (true);
create policy operator on public.integrations for all to zixly_operator using (true) with check (true);
create policy operator on etl.sync_runs for all to zixly_operator using (true) with check (true);

create policy operator on public.client_kpis for select to zixly_operator using (true);
create policy operator on public.financials for select to zixly_operator using (true);
create policy operator on public.lead_events for select to zixly_operator using (true);
create policy operator on etl.accounts for all to zixly_operator using (true) with check (true);
create policy operator on etl.rejected_records for select to zixly_operator using (true);

grant select, insert on public.tenants to zixly_operator;
-- Who has converted rows, which rates are wanted, and what was rejected why; what rows and records hold is none of the
-- operator's.
grant select (id, tenant_id) on public.client_kpis to zixly_operator;
grant select (client_kpi_id, metadata) on public.financials, public.lead_events to zixly_operator;
grant select, insert on etl.accounts to zixly_operator;
grant update (enabled, released_at) on etl.accounts to zixly_operator;
grant select (
	id, tenant_id, integration_id, sync_run_id, stage, provider, stream, account_id, record_id,
	reason_code, reason_path, reason_message, first_seen_at, last_seen_at, attempts, ask_again_at, resolved_at
) on etl.rejected_records to zixly_operator;
grant select (id, tenant_id, provider, status, expires_at, metadata, last_sync_at, created_at, updated_at)
	on public.integrations to zixly_operator;
-- Locking a row takes the right to update some column of it.
grant update (last_sync_at) on public.integrations to zixly_operator;
grant update (updated_at) on public.tenants to zixly_operator;
grant select, update (name) on etl.schema_migrations to zixly_operator;
grant select, insert, update, delete on etl.sync_runs to zixly_operator;
