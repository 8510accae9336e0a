create function etl.list_integrations(
	only_provider text, only_tenant text, only_integration text, max_rows integer
)
returns table (
	integration_id text, tenant_id text, tenant_name text, provider text, status text, metadata jsonb,
	expires_at timestamptz, last_sync_at timestamptz, created_at timestamptz,
	last_run_status text, last_run_finished_at timestamptz, retry_at timestamptz, running_since timestamptz,
	tenant_paused_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select i.id, i.tenant_id, t.name, i.provider, i.status::text, i.metadata,
		i.expires_at, i.last_sync_at, i.created_at,
		latest.status, latest.finished_at, latest.retry_at,
		case when latest.status = 'running' then latest.started_at end,
		paused.paused_at
	from public.integrations i
	join public.tenants t on t.id = i.tenant_id
	left join etl.paused_tenants paused on paused.tenant_id = i.tenant_id
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
