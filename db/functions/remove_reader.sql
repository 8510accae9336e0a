-- Ends what a login sees, and says whether the role of that name is still the one that was bound: only then it is ours
-- to drop.
create function etl.remove_reader(login text) returns table (tenant_id text, same_role boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	delete from etl.tenant_readers r where r.role_name = login
	returning r.tenant_id,
		exists (select from pg_catalog.pg_roles p where p.oid = r.role_oid and p.rolname = r.role_name)
$$;
