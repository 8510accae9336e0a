-- Whether it could be had. It is only tried: to wait for it would keep out a chunk that another chunk waits for.
create function etl.hold_links() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for no key update skip locked;
	return found;
end
$$;
