-- Recovers from crashes: closes each run whose lease has ended and makes its integration due immediately. A run that is
-- abandoned repeatedly may itself crash the process, along with every run claimed beside it. So it waits longer each
-- time, with jitter, so that runs that crashed together are not retried together. Skips runs that are being renewed or
-- closed right now.
create function etl.abandon_runs() returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with ended as (
		select r.id, r.integration_id, r.lease_until
		from etl.sync_runs r
		where r.status = 'running' and r.lease_until < now()
		order by r.id
		for update skip locked
	),
	abandoned as (
		update etl.sync_runs r
		set status = 'abandoned', finished_at = now(), lease_until = null,
			retry_at = case when ended.integration_id is not null then now() + case
				when before.times = 0 then interval '0'
				else least(interval '6 hours', interval '5 minutes' * 2 ^ least(before.times, 10)) * (0.5 + random() / 2)
			end end,
			error = jsonb_build_object(
				'class', 'lease_ended',
				'message', 'The run did not renew its lease in time: the process that ran it has probably ended.',
				'leaseUntil', ended.lease_until,
				'abandonedBefore', before.times)
		from ended
		cross join lateral (
			select count(*) as times
			from (
				select bool_and(earlier.status = 'abandoned' or earlier.error ->> 'class' is not distinct from 'crashed')
					over (order by earlier.started_at desc, earlier.id desc) as still
				from etl.sync_runs earlier
				where earlier.integration_id = ended.integration_id and earlier.id <> ended.id
				order by earlier.started_at desc, earlier.id desc
				limit 12
			) history
			where history.still
		) before
		where r.id = ended.id
		returning 1
	)
	select count(*) from abandoned
$$;
