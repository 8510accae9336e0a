-- The currencies of enabled accounts, with the earliest month (YYYY-MM) that a connection reads.
create function etl.currencies_in_use()
returns table (currency text, history_start text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select a.currency, min(i.metadata ->> 'historyStart')
	from etl.accounts a join public.integrations i on i.id = a.integration_id
	where a.enabled and a.released_at is null and a.currency is not null
	group by 1
	order by 1
$$;
