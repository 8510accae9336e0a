-- A link by the hash of its token or by its id, before the tenant is known. Finds expired and used ones too.
create function etl.find_connect_link(of_hash text, of_id text)
returns table (
	link_id text, tenant_id text, tenant_name text, provider text, purpose text, replaces_account boolean,
	token_hash text, expires_at timestamptz, used_at timestamptz, browser_hash text, session_until timestamptz,
	is_expired boolean, is_in_session boolean
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select l.id, l.tenant_id, t.name, l.provider, l.purpose, l.replaces_account,
		l.token_hash, l.expires_at, l.used_at, l.browser_hash, l.session_until,
		l.expires_at <= now(), coalesce(l.session_until > now(), false)
	from etl.connect_links l
	join public.tenants t on t.id = l.tenant_id
	where l.token_hash = of_hash or l.id = of_id
	limit 1
$$;
