-- With `reuse` returns an existing tenant of this name (case-insensitive) instead; concurrent calls create only one.
create function etl.create_tenant(new_id text, name text, industry text, reuse boolean)
returns table (id text, tenant_name text, tenant_industry text, created_at timestamptz, paused_at timestamptz, created boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	if reuse then
		-- Serialises the calls by a row that no other role may lock: any login could hold an advisory lock.
		perform 1 from etl.schema_migrations m order by m.id limit 1 for no key update;
		return query
		select t.id, t.name, t.industry, t.created_at, p.paused_at, false
		from public.tenants t
		left join etl.paused_tenants p on p.tenant_id = t.id
		where lower(t.name) = lower(create_tenant.name)
		order by t.created_at, t.id
		limit 1;
		if found then
			return;
		end if;
	end if;
	return query
	insert into public.tenants as t (id, name, industry)
	values (new_id, create_tenant.name, create_tenant.industry)
	returning t.id, t.name, t.industry, t.created_at, null::timestamptz, true;
end
$$;
