-- The readers of a tenant, or of all.
create function etl.list_readers(of_tenant text) returns table (login text, tenant_id text, tenant_name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.role_name::text, r.tenant_id, t.name
	from etl.tenant_readers r
	join public.tenants t on t.id = r.tenant_id
	where of_tenant is null or r.tenant_id = of_tenant
	order by lower(t.name), r.role_name
$$;
