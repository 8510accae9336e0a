-- The health of every integration. Only runs that brought nothing count as failures; a partial run ends the series.
create function etl.sync_health(only_tenant text, only_provider text, sync_every interval, max_rows integer)
returns table (
	integration_id text, tenant_id text, tenant_name text, provider text, status text, authentication text,
	expires_at timestamptz, last_success_at timestamptz, created_at timestamptz, running_since timestamptz,
	last_run_status text, last_run_finished_at timestamptz, failures_in_a_row bigint, abandoned_in_a_row bigint,
	last_error jsonb, warnings jsonb, next_due timestamptz, open_rejected bigint, tenant_paused_at timestamptz,
	rejected_reason jsonb, rejected_streams jsonb
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select i.id, i.tenant_id, t.name, i.provider, i.status::text,
		case when i.metadata ->> 'authentication' = 'n8n' then 'n8n' else 'stored' end,
		i.expires_at, i.last_sync_at, i.created_at, live.started_at,
		ended.status, ended.finished_at, series.failures, series.abandoned,
		ended.error, coalesce(ended.counts -> 'warnings', '[]'),
		case when i.status = 'ACTIVE' and live.started_at is null and paused.paused_at is null
			then coalesce(ended.retry_at, i.last_sync_at + sync_every, i.created_at) end,
		open_records.total, paused.paused_at, frequent.reason, all_rejected.streams
	from public.integrations i
	join public.tenants t on t.id = i.tenant_id
	left join etl.paused_tenants paused on paused.tenant_id = i.tenant_id
	left join etl.sync_runs live on live.integration_id = i.id and live.status = 'running'
	left join lateral (
		select r.status, r.finished_at, r.retry_at, r.error, r.counts
		from etl.sync_runs r
		where r.integration_id = i.id and r.status <> 'running'
		order by r.started_at desc, r.id desc
		limit 1
	) ended on true
	cross join lateral (
		select count(*) filter (where failed) as failures, count(*) filter (where lost) as abandoned
		from (
			select bool_and(r.status in ('failed', 'abandoned')) over latest_first as failed,
				bool_and(r.status = 'abandoned' or r.error ->> 'class' is not distinct from 'crashed') over latest_first as lost
			from etl.sync_runs r
			where r.integration_id = i.id and r.status <> 'running'
			window latest_first as (order by r.started_at desc, r.id desc)
			order by r.started_at desc, r.id desc
			limit 50
		) history
	) series
	cross join lateral (
		select count(*) as total from etl.rejected_records x where x.integration_id = i.id and x.resolved_at is null
	) open_records
	-- The most frequent reason, with the latest of its messages.
	left join lateral (
		select jsonb_build_object('code', most.code, 'records', most.records, 'message', (
			select x.reason_message from etl.rejected_records x
			where x.integration_id = i.id and x.resolved_at is null and x.reason_code = most.code
			order by x.last_seen_at desc, x.id desc
			limit 1
		)) as reason
		from (
			select x.reason_code as code, count(*) as records
			from etl.rejected_records x
			where x.integration_id = i.id and x.resolved_at is null
			group by x.reason_code
			order by count(*) desc, x.reason_code
			limit 1
		) most
	) frequent on true
	-- The streams of which the last run that read something stored nothing, while records of them are still open.
	cross join lateral (
		select coalesce(jsonb_agg(latest.stream order by latest.stream), '[]') as streams
		from (
			select distinct on (c.key) c.key as stream, c.value as counts
			from (
				select r.counts, r.started_at, r.id
				from etl.sync_runs r
				where r.integration_id = i.id and r.status in ('succeeded', 'partial', 'failed')
				order by r.started_at desc, r.id desc
				limit 50
			) r
			cross join lateral jsonb_each(r.counts) c
			where c.value @? '$ ? (@.records.extracted > 0 || @.rows.produced > 0)'
			order by c.key, r.started_at desc, r.id desc
		) latest
		where open_records.total > 0
			and latest.counts @? '$ ? (@.records.rejected > 0 && !(@.records.normalised > 0) || @.rows.produced > 0 && @.rows.rejected == @.rows.produced)'
			and exists (
				select from etl.rejected_records x
				where x.integration_id = i.id and x.resolved_at is null and x.stream = latest.stream
			)
	) all_rejected
	where (only_tenant is null or i.tenant_id = only_tenant)
		and (only_provider is null or i.provider = only_provider)
	order by lower(t.name), i.provider, i.id
	limit max_rows
$$;
