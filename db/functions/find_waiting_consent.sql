-- A consent that waits for its confirmation in the browser that began it, before the tenant is known.
create function etl.find_waiting_consent(of_state text, of_browser text)
returns table (
	state_id text, link_id text, tenant_id text, tenant_name text, provider text, accounts jsonb, expires_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select s.id, s.link_id, s.tenant_id, t.name, s.provider, s.accounts, s.expires_at
	from etl.connect_states s
	join etl.connect_links l on l.id = s.link_id
	join public.tenants t on t.id = s.tenant_id
	where s.id = of_state and s.browser_hash = of_browser and s.consented_at is not null and s.stored_at is null
		and s.expires_at > now() and l.used_at is null
$$;
