-- Closes the runs that an execution by hand left open and that showed no sign of life for two minutes, so that the next
-- execution by hand in the same workflow and n8n need not wait for their leases. Never closes a scheduled run. Should the
-- earlier execution still be alive, it can store nothing more: its run is closed.
create function etl.take_over_runs(
	integration_ids text[], by_execution text, by_workflow text, by_mode text, lease interval
) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with silent as (
		select r.id
		from etl.sync_runs r
		where by_mode in ('manual', 'cli') and r.mode in ('manual', 'cli')
			and r.status = 'running' and r.integration_id = any (integration_ids)
			and r.workflow_id = by_workflow and r.execution_id <> by_execution
			-- Every sign of life renews the lease in full.
			and r.lease_until < now() + lease - interval '2 minutes'
		order by r.id
		for update skip locked
	),
	closed as (
		update etl.sync_runs r
		set status = 'failed', finished_at = now(), lease_until = null, retry_at = now(),
			error = jsonb_build_object(
				'class', 'run_lost',
				'message', 'The execution that opened this run by hand showed no sign of life for two minutes, and a later execution by hand took the connection over. Nothing is lost: the later one reads everything.')
		from silent
		where r.id = silent.id
		returning 1
	)
	select count(*) from closed
$$;
