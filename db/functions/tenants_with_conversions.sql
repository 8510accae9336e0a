-- The tenants with rows that were converted from another currency.
create function etl.tenants_with_conversions()
returns table (tenant_id text, tenant_name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select t.id, t.name
	from public.tenants t
	where exists (
		select from public.client_kpis k
		where k.tenant_id = t.id and (
			exists (select from public.financials f where f.client_kpi_id = k.id and f.metadata ? 'fx')
			or exists (select from public.lead_events e where e.client_kpi_id = k.id and e.metadata ? 'fx')
		)
	)
	order by t.id
$$;
