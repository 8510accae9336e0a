-- Loads, which follow the links of a tenant's clients, share a lock; changing a link takes it exclusively. It is a row
-- lock on the tenant, which no login of a tenant, reader or dashboard may take; any login could hold an advisory lock.
-- Foreign keys take a weaker lock, so new runs and clients do not wait for it.
create function etl.share_links() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	perform 1 from public.tenants t where t.id = current_setting('app.tenant_id') for share;
end
$$;
