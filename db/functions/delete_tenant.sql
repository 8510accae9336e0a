-- Deletes a tenant with everything that belongs to it and notes how many rows that were. Of a tenant that was deleted
-- before it returns the note. No row: there is no tenant of this id and name.
create function etl.delete_tenant(for_tenant text, tenant_name text)
returns table (deleted_at timestamptz, row_counts jsonb, deleted_now boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
	place record;
	total bigint;
	counts jsonb := '{}';
begin
	-- Waits for the chunks that are being stored; those that come later find no run.
	perform 1 from public.tenants t where t.id = for_tenant and t.name = tenant_name for no key update;
	if not found then
		return query
		select d.deleted_at, d.row_counts, false from etl.deleted_tenants d where d.tenant_id = for_tenant;
		return;
	end if;
	-- From the catalogue, so that a table of a later version is included.
	for place in
		select format('%I.%I', n.nspname, c.relname) as name, bool_or(a.attname = 'tenant_id') as is_direct
		from pg_catalog.pg_attribute a
		join pg_catalog.pg_class c on c.oid = a.attrelid
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p') and c.relname <> 'deleted_tenants'
			and a.attname in ('tenant_id', 'client_kpi_id') and not a.attisdropped
		group by n.nspname, c.relname
		order by n.nspname desc, c.relname
	loop
		execute format(
			case when place.is_direct then 'select count(*) from %s where tenant_id = $1'
			else 'select count(*) from %s where client_kpi_id in (select id from public.client_kpis where tenant_id = $1)' end,
			place.name
		) into total using for_tenant;
		if total > 0 then
			counts := counts || jsonb_build_object(place.name, total);
		end if;
	end loop;
	delete from public.tenants t where t.id = for_tenant;
	-- Every table with a tenant references it and is emptied by that, directly or through its parent.
	for place in
		select format('%I.%I', n.nspname, c.relname) as name
		from pg_catalog.pg_attribute a
		join pg_catalog.pg_class c on c.oid = a.attrelid
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p') and c.relname <> 'deleted_tenants'
			and a.attname = 'tenant_id' and not a.attisdropped
	loop
		execute format('select count(*) from %s where tenant_id = $1', place.name) into total using for_tenant;
		if total > 0 then
			raise exception 'The table % still has % rows of the tenant, so nothing was deleted.', place.name, total;
		end if;
	end loop;
	return query
	insert into etl.deleted_tenants as d (tenant_id, deleted_by, row_counts)
	values (for_tenant, session_user, counts)
	returning d.deleted_at, d.row_counts, true;
end
$$;
