-- Marks the oldest events of the outbox as emitted and returns them. Skips those that another process is emitting. The
-- caller emits before it commits: after a crash they are emitted again. What nobody took for a week is no news any more.
create function etl.take_connection_events(max_rows integer)
returns table (
	event_id bigint, event text, tenant_id text, tenant_name text, integration_id text, provider text, accounts jsonb,
	reason text, actor text, created_at timestamptz
)
language sql security definer set search_path = pg_catalog, pg_temp as $$
	with next as (
		select e.id
		from etl.connection_events e
		where e.emitted_at is null and e.created_at > now() - interval '7 days'
			and e.event in ('connected', 'reconnected', 'disconnected', 'failed', 'needs_consent', 'first_sync_complete')
		order by e.id
		for update skip locked
		limit max_rows
	),
	taken as (
		update etl.connection_events e set emitted_at = now() from next where e.id = next.id
		returning e.*
	)
	select e.id, e.event, e.tenant_id, t.name, e.integration_id, e.provider, e.accounts, e.reason, e.actor, e.created_at
	from taken e
	join public.tenants t on t.id = e.tenant_id
	order by e.id
$$;
