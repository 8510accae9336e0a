-- Renews leases and returns the runs that are still running. Notes how far each has been read: `progress` has an object by
-- run id, and one that is too long is left out. Skips locked rows instead of waiting: their runs are not lost, and one
-- tenant's lock must not keep the leases of all others from being renewed.
create function etl.renew_leases(run_ids text[], lease interval, progress jsonb default '{}')
returns table (sync_run_id text, renewed boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with unlocked as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running'
		order by r.id
		for no key update skip locked
	),
	renewed as (
		update etl.sync_runs r
		set lease_until = now() + lease,
			progress = case when octet_length((renew_leases.progress -> r.id)::text) <= 1024
				then renew_leases.progress -> r.id else r.progress end
		from unlocked
		where r.id = unlocked.id
		returning r.id
	)
	select r.id, renewed.id is not null
	from etl.sync_runs r
	left join renewed on renewed.id = r.id
	where r.id = any (run_ids) and r.status = 'running'
$$;
