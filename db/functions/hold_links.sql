-- Tries to take the lock of `share_links` exclusively and returns whether it succeeded. Does not wait: a waiting request
-- would block a chunk that another chunk waits for.
create function etl.hold_links() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for no key update skip locked;
	return found;
end
$$;
