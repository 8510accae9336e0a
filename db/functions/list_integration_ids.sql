-- One page of all integrations, for work that visits each of them once. By tenant, so that a page needs few transactions.
create function etl.list_integration_ids(after_tenant text, after_integration text, max_rows integer)
returns table (tenant_id text, integration_id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select i.tenant_id, i.id
	from public.integrations i
	where (i.tenant_id, i.id) > (after_tenant, after_integration)
	order by i.tenant_id, i.id
	limit max_rows
$$;
