-- Removes a login's access. Returns whether the role of that name is still the one that was bound: only then may we drop
-- it.
create function etl.remove_reader(login text) returns table (tenant_id text, same_role boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	delete from etl.tenant_readers r where r.role_name = login
	returning r.tenant_id,
		exists (select from pg_catalog.pg_roles p where p.oid = r.role_oid and p.rolname = r.role_name)
$$;
