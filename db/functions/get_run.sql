-- One run in detail, the latest one without an id: its connection's accounts with what this run stored of each, and the
-- reasons of what it rejected. A later run that stores the same stream takes its place there.
create function etl.get_run(run_id text)
returns table (
	id text, tenant_id text, tenant_name text, integration_id text, provider text, authentication text, status text,
	started_at timestamptz, finished_at timestamptz, lease_until timestamptz, retry_at timestamptz,
	execution_id text, mode text, progress jsonb, counts jsonb, error jsonb, accounts jsonb, rejected jsonb
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select r.id, r.tenant_id, t.name, r.integration_id, r.provider,
		case when i.metadata ->> 'authentication' = 'n8n' then 'n8n' else 'stored' end, r.status,
		r.started_at, r.finished_at, r.lease_until, r.retry_at,
		r.execution_id, r.mode, r.progress, r.counts, r.error, accounts.list, rejected.list
	from etl.sync_runs r
	join public.tenants t on t.id = r.tenant_id
	left join public.integrations i on i.id = r.integration_id
	cross join lateral (
		select coalesce(jsonb_agg(one.account), '[]') as list
		from (
			select jsonb_build_object(
				'accountId', a.account_id, 'name', a.name, 'currency', a.currency, 'timezone', a.timezone,
				'enabled', a.enabled, 'stored', (
					select coalesce(jsonb_agg(jsonb_build_object('stream', s.stream, 'at', s.updated_at) order by s.stream), '[]')
					from etl.stream_states s
					where s.integration_id = a.integration_id and s.account_id = a.account_id and s.sync_run_id = r.id
				)) as account
			from etl.accounts a
			where a.integration_id = r.integration_id and a.released_at is null
			order by lower(a.name), a.account_id
			limit 1000
		) one
	) accounts
	cross join lateral (
		select coalesce(jsonb_agg(one.reason), '[]') as list
		from (
			select jsonb_build_object(
				'stream', x.stream, 'stage', x.stage, 'code', x.reason_code, 'records', count(*),
				'open', count(*) filter (where x.resolved_at is null), 'lastAt', max(x.last_seen_at),
				'message', min(left(x.reason_message, 1000))) as reason
			from etl.rejected_records x
			where x.sync_run_id = r.id
			group by x.stream, x.stage, x.reason_code
			order by count(*) desc, x.stream, x.stage, x.reason_code
			limit 100
		) one
	) rejected
	where run_id is null or r.id = run_id
	order by r.started_at desc, r.id desc
	limit 1
$$;
