create function etl.list_runs(
	only_tenant text, only_integration text, only_provider text, only_status text, max_rows integer
)
returns table (
	id text, tenant_id text, tenant_name text, integration_id text, provider text, status text,
	started_at timestamptz, finished_at timestamptz, lease_until timestamptz, retry_at timestamptz,
	execution_id text, workflow_id text, mode text, progress jsonb, counts jsonb, error jsonb
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.id, r.tenant_id, t.name, r.integration_id, r.provider, r.status,
		r.started_at, r.finished_at, r.lease_until, r.retry_at,
		r.execution_id, r.workflow_id, r.mode, r.progress, r.counts, r.error
	from etl.sync_runs r
	join public.tenants t on t.id = r.tenant_id
	where (only_tenant is null or r.tenant_id = only_tenant)
		and (only_integration is null or r.integration_id = only_integration)
		and (only_provider is null or r.provider = only_provider)
		and (only_status is null or r.status = only_status)
	order by r.started_at desc, r.id desc
	limit max_rows
$$;
