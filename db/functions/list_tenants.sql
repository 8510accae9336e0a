create function etl.list_tenants(search text, max_rows integer)
returns table (id text, name text, industry text, created_at timestamptz, paused_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select t.id, t.name, t.industry, t.created_at, p.paused_at
	from public.tenants t
	left join etl.paused_tenants p on p.tenant_id = t.id
	where coalesce(search, '') = '' or t.id = search or position(lower(search) in lower(t.name)) > 0
	order by lower(t.name), t.id
	limit max_rows
$$;
