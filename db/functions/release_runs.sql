-- Deletes runs that have read nothing, as if they had never been claimed: their integrations stay due. A run whose row is
-- locked is left until its lease ends.
create function etl.release_runs(run_ids text[])
returns table (sync_run_id text)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with unlocked as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running' and r.integration_id is not null and r.counts = '{}'
		order by r.id
		for update skip locked
	)
	delete from etl.sync_runs r
	using unlocked
	where r.id = unlocked.id
	returning r.id
$$;
