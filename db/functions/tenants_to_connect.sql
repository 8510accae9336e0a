-- The tenants that a link for a provider would help: without a connection, with one that waits for its first consent, or
-- with one that needs a new one. Those that are paused, or whose connection a person disabled, are left out.
create function etl.tenants_to_connect(of_provider text)
returns table (tenant_id text, tenant_name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select t.id, t.name
	from public.tenants t
	left join public.integrations i on i.tenant_id = t.id and i.provider = of_provider
	where (i.id is null or (i.status in ('PENDING', 'ERROR')
			and i.metadata ->> 'authentication' is distinct from 'n8n' and i.metadata ->> 'awaitingApproval' is null))
		and not exists (select from etl.paused_tenants p where p.tenant_id = t.id)
	order by lower(t.name), t.id
$$;
