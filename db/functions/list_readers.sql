create function etl.list_readers(of_tenant text) returns table (login text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.role_name from etl.tenant_readers r where r.tenant_id = of_tenant order by r.role_name
$$;
