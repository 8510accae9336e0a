-- Consumes an OAuth state. One statement also matches the browser, the provider and the redirect URI, so that a wrong
-- browser cannot use up the state of the right one. No row: there is nothing to consume.
create function etl.consume_connect_state(of_hash text, of_browser text, of_provider text, of_redirect_uri text)
returns table (state_id text, link_id text, tenant_id text)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	update etl.connect_states s
	set consumed_at = now(), expires_at = now() + interval '15 minutes'
	from etl.connect_links l
	where s.state_hash = of_hash and s.browser_hash = of_browser and s.provider = of_provider
		and s.redirect_uri = of_redirect_uri and s.consumed_at is null and s.expires_at > now()
		and l.id = s.link_id and l.browser_hash = of_browser and l.used_at is null
	returning s.id, s.link_id, s.tenant_id
$$;
