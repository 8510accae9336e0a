-- The accounts that another connection has. Does not tell which connection.
create function etl.accounts_taken(from_integration text, of_provider text, account_ids text[])
returns table (account_id text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select a.account_id
	from etl.accounts a
	where a.provider = of_provider and a.account_id = any (account_ids) and a.released_at is null
		and a.integration_id <> from_integration
	order by 1
$$;
