-- Deletes at most `max_rows` of the oldest rows of a kind that have been finished with for longer than `kept`. Returns how
-- many.
create function etl.prune(kind text, kept interval, max_rows integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	deleted bigint;
begin
	case kind
	when 'runs' then
		-- The latest run of a connection says when it is due. One that a state names stored what the tables hold, and one
		-- that an open rejected record names is shown with it.
		delete from etl.sync_runs r where r.id in (
			select o.id from etl.sync_runs o
			where o.started_at < now() - kept and o.status <> 'running' and o.finished_at < now() - kept
				and exists (
					select from etl.sync_runs later
					where later.integration_id = o.integration_id
						and (later.started_at, later.id) > (o.started_at, o.id)
					union all
					select where o.integration_id is null
				)
				and not exists (select from etl.stream_states s where s.sync_run_id = o.id)
				and not exists (
					select from etl.rejected_records x where x.sync_run_id = o.id and x.resolved_at is null
				)
			order by o.started_at
			limit max_rows
			for update skip locked
		);
	when 'rejectedRecords' then
		delete from etl.rejected_records x where x.id in (
			select o.id from etl.rejected_records o
			where o.resolved_at < now() - kept
			order by o.resolved_at
			limit max_rows
		);
	when 'timeline' then
		delete from etl.connection_events e where e.id in (
			select o.id from etl.connection_events o
			where o.created_at < now() - kept
			order by o.created_at
			limit max_rows
			for update skip locked
		);
	when 'states' then
		delete from etl.connect_states s where s.id in (
			select o.id from etl.connect_states o
			where o.expires_at < now() - kept
			order by o.expires_at
			limit max_rows
			for update skip locked
		);
	when 'links' then
		delete from etl.connect_links l where l.id in (
			select o.id from etl.connect_links o
			where o.expires_at < now() - kept and (o.session_until is null or o.session_until < now() - kept)
				and not exists (
					select from etl.connect_states s where s.link_id = o.id and s.expires_at >= now() - kept
				)
			order by o.expires_at
			limit max_rows
		);
	else
		raise exception 'prune: there is no kind %', kind using errcode = 'invalid_parameter_value';
	end case;
	get diagnostics deleted = row_count;
	return deleted;
end
$$;
