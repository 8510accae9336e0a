create function etl.runs_of_execution(of_execution text)
returns table (id text, tenant_id text, integration_id text, provider text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.id, r.tenant_id, r.integration_id, r.provider
	from etl.sync_runs r
	where r.execution_id = of_execution and r.status = 'running'
	order by r.id
$$;
