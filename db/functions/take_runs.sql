-- Returns the runs that an execution's messages name. First takes over runs that an earlier execution of the same
-- workflow and n8n left open, if a person executes a step by hand (only runs opened by hand) or retries a failed
-- execution. Of two concurrent calls one succeeds: the run must still belong to the execution seen at the start. Renews
-- the leases of the execution's own runs, so that each node shows a sign of life as it begins.
create function etl.take_runs(
	run_ids text[], by_execution text, by_workflow text, by_mode text, lease interval
)
returns table (
	sync_run_id text, tenant_id text, integration_id text, provider text, metadata jsonb, account_ids text[],
	status text, execution_id text
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	if by_mode in ('manual', 'retry') then
		with seen as materialized (
			select r.id, r.execution_id from etl.sync_runs r where r.id = any (run_ids)
		),
		free as (
			select r.id
			from etl.sync_runs r
			join seen on seen.id = r.id and seen.execution_id = r.execution_id
			where r.status = 'running' and r.execution_id <> by_execution and r.workflow_id = by_workflow
				and (by_mode = 'retry' or r.mode = 'manual')
			order by r.id
			for update of r skip locked
		)
		update etl.sync_runs r
		set execution_id = by_execution, mode = by_mode, lease_until = now() + lease
		from free
		where r.id = free.id;
	end if;

	with own as (
		select r.id
		from etl.sync_runs r
		where r.id = any (run_ids) and r.status = 'running' and r.execution_id = by_execution
		order by r.id
		for no key update skip locked
	)
	update etl.sync_runs r set lease_until = now() + lease from own where r.id = own.id;

	return query
	select r.id, r.tenant_id, r.integration_id, r.provider, i.metadata,
		array(
			select a.account_id from etl.accounts a
			where a.integration_id = r.integration_id and a.released_at is null
		),
		r.status, r.execution_id
	from etl.sync_runs r
	left join public.integrations i on i.id = r.integration_id
	where r.id = any (run_ids);
end
$$;
