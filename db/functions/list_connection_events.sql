-- The latest events of connections, newest first.
create function etl.list_connection_events(
	only_tenant text, only_provider text, only_integration text, max_rows integer
)
returns table (
	event_id bigint, event text, tenant_id text, tenant_name text, integration_id text, provider text, accounts jsonb,
	reason text, actor text, created_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select e.id, e.event, e.tenant_id, t.name, e.integration_id, e.provider, e.accounts, e.reason, e.actor, e.created_at
	from etl.connection_events e
	join public.tenants t on t.id = e.tenant_id
	where (only_tenant is null or e.tenant_id = only_tenant)
		and (only_provider is null or e.provider = only_provider)
		and (only_integration is null or e.integration_id = only_integration)
	order by e.id desc
	limit max_rows
$$;
