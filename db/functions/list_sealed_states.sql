-- The consents that still hold something sealed; never more than were begun within minutes.
create function etl.list_sealed_states(max_rows integer)
returns table (state_id text, tenant_id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select s.id, s.tenant_id
	from etl.connect_states s
	where s.expires_at > now() and s.stored_at is null
	order by s.tenant_id, s.id
	limit max_rows
$$;
