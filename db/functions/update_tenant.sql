-- Null keeps a value; an empty industry clears it. Where another tenant has the new name (case-insensitive) changes nothing
-- and returns that tenant as `name_taken_by`, unless `allow_duplicate`. No row: there is no such tenant.
create function etl.update_tenant(for_tenant text, new_name text, new_industry text, allow_duplicate boolean)
returns table (
	id text, tenant_name text, tenant_industry text, created_at timestamptz, paused_at timestamptz,
	changed boolean, name_taken_by text
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	before public.tenants;
	taken_by text;
	is_changed boolean;
begin
	if new_name is not null then
		-- As create_tenant: two calls at once must not give one name to two tenants.
		perform 1 from etl.schema_migrations m order by m.id limit 1 for no key update;
	end if;
	select t.* into before from public.tenants t where t.id = for_tenant for no key update;
	if not found then
		return;
	end if;
	if lower(new_name) <> lower(before.name) and not coalesce(allow_duplicate, false) then
		select t.id into taken_by from public.tenants t where lower(t.name) = lower(new_name) order by t.id limit 1;
	end if;
	is_changed := taken_by is null and (
		coalesce(new_name, before.name) <> before.name
		or coalesce(nullif(coalesce(new_industry, before.industry), ''), '') <> coalesce(before.industry, '')
	);
	if is_changed then
		update public.tenants t
		set name = coalesce(new_name, t.name), industry = nullif(coalesce(new_industry, t.industry), '')
		where t.id = for_tenant;
	end if;
	return query
	select t.id, t.name, t.industry, t.created_at, p.paused_at, is_changed, taken_by
	from public.tenants t
	left join etl.paused_tenants p on p.tenant_id = t.id
	where t.id = for_tenant;
end
$$;
