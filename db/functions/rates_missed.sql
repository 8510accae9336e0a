-- The rates that rejected records lack, as their reasons state them, each with the number of records.
create function etl.rates_missed()
returns table (detail jsonb, records bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.reason_detail, count(*)
	from etl.rejected_records r
	where r.resolved_at is null and r.reason_code = 'rate_missing' and r.reason_detail is not null
	group by 1
	order by 1
$$;
