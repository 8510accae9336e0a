-- Those who follow the links of a tenant's clients, the loads, share a lock; who changes a link needs it alone. A row lock
-- on the tenant, which no tenant's, reader's or dashboard's login may take: an advisory key anybody could compute and hold.
-- Foreign keys ask for a weaker lock, so new runs and clients do not wait for it.
create function etl.share_links() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for share;
end
$$;
